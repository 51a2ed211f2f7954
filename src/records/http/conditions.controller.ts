import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { MarkEnteredInError } from '../commands/mark-entered-in-error.js';
import { RecordCondition } from '../commands/record-condition.js';
import { ResolveCondition } from '../commands/resolve-condition.js';
import { GetCondition } from '../queries/get-condition.js';
import { RecordConditionRequest, ResolveConditionRequest } from './condition.request.js';
import { ConditionResponse } from './condition.response.js';
import { EnteredInErrorRequest } from './entry.request.js';
import { INVALID_FACT, REFUSED_ENTRY } from './refusals.js';

const represented = { represents: (id: string) => new GetCondition(id), representation: ConditionResponse } as const;

@ApiTags('records')
@Controller()
@Allow('practitioner', 'admin')
export class ConditionsController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post('patients/:id/conditions')
  @CommandRoute({
    summary: 'Record a condition',
    description: 'A problem, diagnosis or finding that matters over time.',
    creates: '/v1/conditions/:id',
    ...represented,
    notFound: true,
    refusals: [...REFUSED_ENTRY],
    invalids: [...INVALID_FACT, 'ends-before-start', 'active-condition-abated'],
  })
  record(@Param('id', IdPipe) patientId: string, @Body() body: RecordConditionRequest) {
    return this.commandBus.execute(new RecordCondition(newId(), patientId, body));
  }

  @Get('conditions/:id')
  @Allow('practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read a condition', answers: ConditionResponse, consistent: true })
  get(@Param('id', IdPipe) id: string): Promise<ConditionResponse> {
    return this.queryBus.execute(new GetCondition(id));
  }

  @Post('conditions/:id/resolution')
  @ApiBody({ type: ResolveConditionRequest, required: false })
  @CommandRoute({
    summary: 'Resolve an active condition',
    ...represented,
    ifMatch: 'optional',
    refusals: ['condition-not-active'],
    invalids: ['invalid-time', 'effective-in-future', 'ends-before-start'],
  })
  resolve(@Param('id', IdPipe) id: string, @Body() body?: ResolveConditionRequest) {
    return this.commandBus.execute(new ResolveCondition(id, body?.abatement));
  }

  @Post('conditions/:id/entered-in-error')
  @CommandRoute({
    summary: 'Mark a condition as entered in error',
    description: 'It leaves the chart and stays in the history.',
    ...represented,
    ifMatch: 'optional',
    refusals: ['already-entered-in-error'],
  })
  markEnteredInError(@Param('id', IdPipe) id: string, @Body() { reason }: EnteredInErrorRequest) {
    return this.commandBus.execute(new MarkEnteredInError('condition', id, reason));
  }
}
