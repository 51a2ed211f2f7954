import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { MarkEnteredInError } from '../commands/mark-entered-in-error.js';
import { RecordImmunization } from '../commands/record-immunization.js';
import { GetImmunization } from '../queries/get-immunization.js';
import { RecordImmunizationRequest } from './immunization.request.js';
import { ImmunizationResponse } from './immunization.response.js';
import { EnteredInErrorRequest } from './entry.request.js';
import { INVALID_FACT, REFUSED_ENTRY } from './refusals.js';

const represented = {
  represents: (id: string) => new GetImmunization(id),
  representation: ImmunizationResponse,
} as const;

@ApiTags('records')
@Controller()
@Allow('practitioner', 'admin')
export class ImmunizationsController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post('patients/:id/immunizations')
  @CommandRoute({
    summary: 'Record an immunization',
    creates: '/v1/immunizations/:id',
    ...represented,
    notFound: true,
    refusals: [...REFUSED_ENTRY],
    invalids: [...INVALID_FACT, 'invalid-unit', 'invalid-value'],
  })
  record(@Param('id', IdPipe) patientId: string, @Body() body: RecordImmunizationRequest) {
    return this.commandBus.execute(new RecordImmunization(newId(), patientId, body));
  }

  @Get('immunizations/:id')
  @Allow('practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read an immunization', answers: ImmunizationResponse, consistent: true })
  get(@Param('id', IdPipe) id: string): Promise<ImmunizationResponse> {
    return this.queryBus.execute(new GetImmunization(id));
  }

  @Post('immunizations/:id/entered-in-error')
  @CommandRoute({
    summary: 'Mark an immunization as entered in error',
    description: 'It leaves the chart and stays in the history.',
    ...represented,
    ifMatch: 'optional',
    refusals: ['already-entered-in-error'],
  })
  markEnteredInError(@Param('id', IdPipe) id: string, @Body() { reason }: EnteredInErrorRequest) {
    return this.commandBus.execute(new MarkEnteredInError('immunization', id, reason));
  }
}
