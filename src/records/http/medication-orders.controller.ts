import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { MarkEnteredInError } from '../commands/mark-entered-in-error.js';
import { PrescribeMedication } from '../commands/prescribe-medication.js';
import { StopMedication } from '../commands/stop-medication.js';
import { GetMedicationOrder } from '../queries/get-medication-order.js';
import { PrescribeMedicationRequest, StopMedicationRequest } from './medication-order.request.js';
import { MedicationOrderResponse } from './medication-order.response.js';
import { EnteredInErrorRequest } from './entry.request.js';
import { INVALID_FACT, REFUSED_ENTRY } from './refusals.js';

const represented = {
  represents: (id: string) => new GetMedicationOrder(id),
  representation: MedicationOrderResponse,
} as const;

@ApiTags('records')
@Controller()
@Allow('practitioner', 'admin')
export class MedicationOrdersController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post('patients/:id/medication-orders')
  @CommandRoute({
    summary: 'Prescribe a medication',
    description:
      'What the patient has already, or is recorded as allergic to by the same code, needs an `overrideReason`.',
    creates: '/v1/medication-orders/:id',
    ...represented,
    notFound: true,
    refusals: [...REFUSED_ENTRY, 'drug-allergy', 'duplicate-therapy'],
    invalids: [...INVALID_FACT, 'invalid-unit', 'invalid-value'],
  })
  prescribe(@Param('id', IdPipe) patientId: string, @Body() body: PrescribeMedicationRequest) {
    return this.commandBus.execute(new PrescribeMedication(newId(), patientId, body));
  }

  @Get('medication-orders/:id')
  @Allow('practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read a medication order', answers: MedicationOrderResponse, consistent: true })
  get(@Param('id', IdPipe) id: string): Promise<MedicationOrderResponse> {
    return this.queryBus.execute(new GetMedicationOrder(id));
  }

  @Post('medication-orders/:id/stop')
  @CommandRoute({
    summary: 'Stop a medication',
    ...represented,
    ifMatch: 'optional',
    refusals: ['medication-not-active'],
    invalids: ['invalid-time', 'effective-in-future', 'ends-before-start'],
  })
  stop(@Param('id', IdPipe) id: string, @Body() { reason, stoppedAt }: StopMedicationRequest) {
    return this.commandBus.execute(new StopMedication(id, reason, stoppedAt));
  }

  @Post('medication-orders/:id/entered-in-error')
  @CommandRoute({
    summary: 'Mark a medication order as entered in error',
    description: 'It leaves the chart and stays in the history.',
    ...represented,
    ifMatch: 'optional',
    refusals: ['already-entered-in-error'],
  })
  markEnteredInError(@Param('id', IdPipe) id: string, @Body() { reason }: EnteredInErrorRequest) {
    return this.commandBus.execute(new MarkEnteredInError('medication-order', id, reason));
  }
}
