import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventSourcingModule } from '../event-sourcing/index.js';
import { BookAppointmentHandler } from './commands/book-appointment.js';
import { BookHeldSlotHandler } from './commands/book-held-slot.js';
import { BookableTime } from './commands/bookable-time.js';
import { CancelAppointmentHandler } from './commands/cancel-appointment.js';
import {
  CancelAppointmentsOfPatient,
  CancelAppointmentsOfPatientHandler,
} from './commands/cancel-appointments-of-patient.js';
import { CheckInHandler } from './commands/check-in.js';
import { DefineScheduleHandler } from './commands/define-schedule.js';
import { DefineServiceTypeHandler } from './commands/define-service-type.js';
import { ExpireHold, ExpireHoldHandler } from './commands/expire-hold.js';
import { FulfilAppointmentHandler } from './commands/fulfil-appointment.js';
import {
  FulfilAppointmentOfEncounter,
  FulfilAppointmentOfEncounterHandler,
} from './commands/fulfil-appointment-of-encounter.js';
import { HoldSlotHandler } from './commands/hold-slot.js';
import { MarkNoShowHandler } from './commands/mark-no-show.js';
import { NextFreeSlots } from './commands/next-free-slots.js';
import { ReleaseHoldHandler } from './commands/release-hold.js';
import { RescheduleAppointmentHandler } from './commands/reschedule-appointment.js';
import { ResourceAllocations } from './commands/resource-allocations.js';
import { SetWeeklyHoursHandler } from './commands/set-weekly-hours.js';
import { Appointment } from './domain/appointment.js';
import { Schedule } from './domain/schedule.js';
import { ServiceType } from './domain/service-type.js';
import { appointmentEvents } from './events/catalogue.js';
import { AppointmentsController } from './http/appointments.controller.js';
import { AvailabilityController } from './http/availability.controller.js';
import { HoldsController } from './http/holds.controller.js';
import { PatientAppointmentsController } from './http/patient-appointments.controller.js';
import { SchedulesController } from './http/schedules.controller.js';
import { ServiceTypesController } from './http/service-types.controller.js';
import { FindFreeSlotsHandler } from './queries/find-free-slots.js';
import { GetAgendaHandler } from './queries/get-agenda.js';
import { GetAppointmentHandler } from './queries/get-appointment.js';
import { GetScheduleHandler } from './queries/get-schedule.js';
import { GetServiceTypeHandler } from './queries/get-service-type.js';
import { ListAppointmentsOfPatientHandler } from './queries/list-appointments-of-patient.js';
import { ListSchedulesHandler } from './queries/list-schedules.js';
import { ListServiceTypesHandler } from './queries/list-service-types.js';
import { AgendaEntry, AgendaProjection } from './read-models/agenda.js';
import { AppointmentSummary, AppointmentSummaryProjection } from './read-models/appointment-summary.js';
import { PatientName, PatientNameProjection } from './read-models/patient-name.js';
import { ScheduleView, ScheduleViewProjection } from './read-models/schedule-view.js';
import { ServiceTypeView, ServiceTypeViewProjection } from './read-models/service-type-view.js';
import { CancelAppointmentsOfDeceased } from './sagas/cancel-appointments-of-deceased.js';
import { ExpireHolds } from './sagas/expire-holds.js';
import { FulfilAppointmentsOfFinishedEncounters } from './sagas/fulfil-appointments-of-finished-encounters.js';

const commandHandlers = [
  DefineScheduleHandler,
  SetWeeklyHoursHandler,
  DefineServiceTypeHandler,
  HoldSlotHandler,
  ReleaseHoldHandler,
  ExpireHoldHandler,
  BookAppointmentHandler,
  BookHeldSlotHandler,
  RescheduleAppointmentHandler,
  CancelAppointmentHandler,
  CancelAppointmentsOfPatientHandler,
  CheckInHandler,
  MarkNoShowHandler,
  FulfilAppointmentHandler,
  FulfilAppointmentOfEncounterHandler,
];

const queryHandlers = [
  FindFreeSlotsHandler,
  GetAgendaHandler,
  GetAppointmentHandler,
  ListAppointmentsOfPatientHandler,
  GetScheduleHandler,
  ListSchedulesHandler,
  GetServiceTypeHandler,
  ListServiceTypesHandler,
];

const projections = [
  AgendaProjection,
  AppointmentSummaryProjection,
  PatientNameProjection,
  ScheduleViewProjection,
  ServiceTypeViewProjection,
];

const readTables = [AgendaEntry, AppointmentSummary, PatientName, ScheduleView, ServiceTypeView];

const sagas = [ExpireHolds, FulfilAppointmentsOfFinishedEncounters, CancelAppointmentsOfDeceased];

@Module({
  imports: [
    TypeOrmModule.forFeature(readTables),
    EventSourcingModule.forFeature({
      events: appointmentEvents,
      aggregates: [Schedule, ServiceType, Appointment],
      durableCommands: {
        'appointments.expire-hold': ExpireHold,
        'appointments.fulfil-appointment-of-encounter': FulfilAppointmentOfEncounter,
        'appointments.cancel-appointments-of-patient': CancelAppointmentsOfPatient,
      },
    }),
  ],
  controllers: [
    SchedulesController,
    ServiceTypesController,
    AvailabilityController,
    HoldsController,
    AppointmentsController,
    PatientAppointmentsController,
  ],
  providers: [
    ResourceAllocations,
    NextFreeSlots,
    BookableTime,
    ...commandHandlers,
    ...queryHandlers,
    ...projections,
    ...sagas,
  ],
})
export class AppointmentsModule {}
