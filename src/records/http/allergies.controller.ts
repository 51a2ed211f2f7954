import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { MarkEnteredInError } from '../commands/mark-entered-in-error.js';
import { RecordAllergy } from '../commands/record-allergy.js';
import { GetAllergy } from '../queries/get-allergy.js';
import { RecordAllergyRequest } from './allergy.request.js';
import { AllergyResponse } from './allergy.response.js';
import { EnteredInErrorRequest } from './entry.request.js';
import { INVALID_FACT, REFUSED_ENTRY } from './refusals.js';

const represented = { represents: (id: string) => new GetAllergy(id), representation: AllergyResponse } as const;

@ApiTags('records')
@Controller()
@Allow('practitioner', 'admin')
export class AllergiesController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post('patients/:id/allergies')
  @CommandRoute({
    summary: 'Record an allergy or intolerance',
    creates: '/v1/allergies/:id',
    ...represented,
    notFound: true,
    refusals: [...REFUSED_ENTRY],
    invalids: [...INVALID_FACT],
  })
  record(@Param('id', IdPipe) patientId: string, @Body() body: RecordAllergyRequest) {
    return this.commandBus.execute(new RecordAllergy(newId(), patientId, body));
  }

  @Get('allergies/:id')
  @Allow('practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read an allergy', answers: AllergyResponse, consistent: true })
  get(@Param('id', IdPipe) id: string): Promise<AllergyResponse> {
    return this.queryBus.execute(new GetAllergy(id));
  }

  @Post('allergies/:id/entered-in-error')
  @CommandRoute({
    summary: 'Mark an allergy as entered in error',
    description: 'It leaves the chart and stays in the history.',
    ...represented,
    ifMatch: 'optional',
    refusals: ['already-entered-in-error'],
  })
  markEnteredInError(@Param('id', IdPipe) id: string, @Body() { reason }: EnteredInErrorRequest) {
    return this.commandBus.execute(new MarkEnteredInError('allergy', id, reason));
  }
}
