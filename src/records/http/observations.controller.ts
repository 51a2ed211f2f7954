import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { MarkEnteredInError } from '../commands/mark-entered-in-error.js';
import { RecordObservations } from '../commands/record-observations.js';
import { GetObservationSet } from '../queries/get-observation-set.js';
import { RecordObservationsRequest } from './observation.request.js';
import { ObservationSetResponse } from './observation.response.js';
import { EnteredInErrorRequest } from './entry.request.js';
import { INVALID_FACT, REFUSED_ENTRY } from './refusals.js';

const represented = {
  represents: (id: string) => new GetObservationSet(id),
  representation: ObservationSetResponse,
} as const;

@ApiTags('records')
@Controller()
@Allow('practitioner', 'admin')
export class ObservationsController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post('patients/:id/observations')
  @CommandRoute({
    summary: 'Record observations',
    description: 'A panel: what was measured together, such as a set of vital signs or of laboratory results.',
    creates: '/v1/observations/:id',
    ...represented,
    notFound: true,
    refusals: [...REFUSED_ENTRY],
    invalids: [...INVALID_FACT, 'no-value', 'one-value', 'invalid-unit', 'invalid-value', 'invalid-range'],
  })
  record(@Param('id', IdPipe) patientId: string, @Body() body: RecordObservationsRequest) {
    return this.commandBus.execute(new RecordObservations(newId(), patientId, body));
  }

  @Get('observations/:id')
  @Allow('practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read a panel of observations', answers: ObservationSetResponse, consistent: true })
  get(@Param('id', IdPipe) id: string): Promise<ObservationSetResponse> {
    return this.queryBus.execute(new GetObservationSet(id));
  }

  @Post('observations/:id/entered-in-error')
  @CommandRoute({
    summary: 'Mark a panel of observations as entered in error',
    description: 'It leaves the chart and stays in the history.',
    ...represented,
    ifMatch: 'optional',
    refusals: ['already-entered-in-error'],
  })
  markEnteredInError(@Param('id', IdPipe) id: string, @Body() { reason }: EnteredInErrorRequest) {
    return this.commandBus.execute(new MarkEnteredInError('observation', id, reason));
  }
}
