import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { CommandRoute, IdPipe } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { MarkPatientEnteredInError } from '../commands/mark-patient-entered-in-error.js';
import { RecordDeath } from '../commands/record-death.js';
import { RevertDeath } from '../commands/revert-death.js';
import { ReasonRequest, RecordDeathRequest } from './patient.request.js';
import { PatientResponse } from './patient.response.js';
import { getPatient } from './patients.controller.js';

const representation = { represents: getPatient, representation: PatientResponse } as const;

/** Whether the patient lives, and whether it should be here at all. */
@ApiTags('patients')
@Controller('patients/:id')
@Allow('receptionist', 'practitioner', 'admin')
export class PatientStandingController {
  constructor(private readonly commandBus: CommandBus) {}

  @Post('death')
  @CommandRoute({
    summary: 'Record the death of a patient',
    description: 'Recording the same death again changes nothing.',
    ...representation,
    ifMatch: 'optional',
    notFound: true,
    refusals: ['patient-entered-in-error', 'patient-already-deceased', 'death-before-birth'],
    invalids: ['death-in-future'],
  })
  recordDeath(@Param('id', IdPipe) id: string, @Body() { deceasedAt }: RecordDeathRequest) {
    return this.commandBus.execute(new RecordDeath(id, deceasedAt));
  }

  @Post('death-reversal')
  @CommandRoute({
    summary: 'Revert a death that was recorded by mistake',
    ...representation,
    ifMatch: 'optional',
    notFound: true,
    refusals: ['patient-entered-in-error', 'patient-not-deceased'],
  })
  revertDeath(@Param('id', IdPipe) id: string, @Body() { reason }: ReasonRequest) {
    return this.commandBus.execute(new RevertDeath(id, reason));
  }

  @Post('entered-in-error')
  @CommandRoute({
    summary: 'Mark a patient as entered in error',
    description:
      'For ever: nothing more is recorded for it, and it is no longer found by a search. Its active identifiers can be given to the right patient; medical record numbers are not given again.',
    ...representation,
    ifMatch: 'optional',
    notFound: true,
    refusals: ['patient-entered-in-error'],
  })
  markEnteredInError(@Param('id', IdPipe) id: string, @Body() { reason }: ReasonRequest) {
    return this.commandBus.execute(new MarkPatientEnteredInError(id, reason));
  }
}
