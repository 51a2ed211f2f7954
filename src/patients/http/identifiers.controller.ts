import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { CommandRoute, IdPipe } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { AssignIdentifier } from '../commands/assign-identifier.js';
import { RetireIdentifier } from '../commands/retire-identifier.js';
import { IdentifierRequest } from './patient.request.js';
import { PatientResponse } from './patient.response.js';
import { getPatient } from './patients.controller.js';

@ApiTags('patients')
@Controller('patients/:id/identifiers')
@Allow('receptionist', 'practitioner', 'admin')
export class IdentifiersController {
  constructor(private readonly commandBus: CommandBus) {}

  @Post()
  @CommandRoute({
    summary: 'Assign an identifier to a patient',
    description: 'Assigning one that the patient has changes nothing.',
    represents: getPatient,
    representation: PatientResponse,
    ifMatch: 'optional',
    notFound: true,
    refusals: ['patient-entered-in-error', 'identifier-taken', 'identifier-retired'],
    invalids: ['identifier-system-invalid'],
  })
  assign(@Param('id', IdPipe) id: string, @Body() identifier: IdentifierRequest) {
    return this.commandBus.execute(new AssignIdentifier(id, identifier));
  }

  @Post('retirement')
  @CommandRoute({
    summary: 'Retire an identifier of a patient',
    description: 'The number is never given to anybody again. Retiring a retired one changes nothing.',
    represents: getPatient,
    representation: PatientResponse,
    ifMatch: 'optional',
    notFound: true,
    refusals: ['patient-entered-in-error', 'identifier-not-assigned', 'last-medical-record-number'],
    invalids: ['identifier-system-invalid'],
  })
  retire(@Param('id', IdPipe) id: string, @Body() identifier: IdentifierRequest) {
    return this.commandBus.execute(new RetireIdentifier(id, identifier));
  }
}
