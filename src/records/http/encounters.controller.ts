import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { FinishEncounter } from '../commands/finish-encounter.js';
import { MarkEnteredInError } from '../commands/mark-entered-in-error.js';
import { StartEncounter } from '../commands/start-encounter.js';
import { encounterIdOf } from '../domain/encounter.js';
import { GetEncounter } from '../queries/get-encounter.js';
import { FinishEncounterRequest, StartEncounterRequest } from './encounter.request.js';
import { EncounterResponse } from './encounter.response.js';
import { EnteredInErrorRequest } from './entry.request.js';
import { INVALID_FACT } from './refusals.js';

const represented = { represents: (id: string) => new GetEncounter(id), representation: EncounterResponse } as const;

@ApiTags('records')
@Controller('encounters')
@Allow('practitioner', 'admin')
export class EncountersController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post()
  @CommandRoute({
    summary: 'Start an encounter',
    description: 'That of an appointment starts by itself when the patient checks in; it is started once.',
    creates: '/v1/encounters/:id',
    ...represented,
    notFound: true,
    refusals: ['patient-entered-in-error', 'encounter-already-started', 'appointment-of-another-patient'],
    invalids: [...INVALID_FACT],
  })
  start(@Body() { patientId, ...details }: StartEncounterRequest) {
    const { appointmentId } = details;
    const encounterId = appointmentId === undefined ? newId() : encounterIdOf(appointmentId);
    return this.commandBus.execute(new StartEncounter(encounterId, patientId, details));
  }

  @Get(':id')
  @Allow('practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read an encounter with its entries', answers: EncounterResponse, consistent: true })
  get(@Param('id', IdPipe) id: string): Promise<EncounterResponse> {
    return this.queryBus.execute(new GetEncounter(id));
  }

  @Post(':id/finish')
  @ApiBody({ type: FinishEncounterRequest, required: false })
  @CommandRoute({
    summary: 'Finish an encounter',
    description: 'It takes no more entries. The appointment that it was for is fulfilled.',
    ...represented,
    ifMatch: 'optional',
    refusals: ['encounter-not-in-progress'],
    invalids: ['invalid-time', 'effective-in-future', 'ends-before-start'],
  })
  finish(@Param('id', IdPipe) id: string, @Body() body?: FinishEncounterRequest) {
    return this.commandBus.execute(new FinishEncounter(id, body?.end));
  }

  @Post(':id/entered-in-error')
  @CommandRoute({
    summary: 'Mark an encounter as entered in error',
    description: 'It leaves the chart and stays in the history. Its entries stay as they are.',
    ...represented,
    ifMatch: 'optional',
    refusals: ['already-entered-in-error'],
  })
  markEnteredInError(@Param('id', IdPipe) id: string, @Body() { reason }: EnteredInErrorRequest) {
    return this.commandBus.execute(new MarkEnteredInError('encounter', id, reason));
  }
}
