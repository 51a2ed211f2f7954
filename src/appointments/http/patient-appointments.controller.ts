import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { IdPipe, QueryRoute } from '../../http/index.js';
import { Allow, PatientScoped } from '../../security/index.js';
import { ListAppointmentsOfPatient } from '../queries/list-appointments-of-patient.js';
import { AppointmentPageResponse } from './appointment.response.js';
import { PatientAppointmentsQuery } from './window.query.js';

@ApiTags('appointments')
@Controller('patients/:id/appointments')
@Allow('receptionist', 'practitioner', 'admin', 'patient')
export class PatientAppointmentsController {
  constructor(private readonly queryBus: QueryBus) {}

  @Get()
  @PatientScoped('id')
  @QueryRoute({
    summary: "List a patient's appointments",
    description: 'The latest first, with holds in force.',
    answers: AppointmentPageResponse,
    consistent: true,
  })
  list(@Param('id', IdPipe) id: string, @Query() query: PatientAppointmentsQuery) {
    return this.queryBus.execute(new ListAppointmentsOfPatient(id, query));
  }
}
