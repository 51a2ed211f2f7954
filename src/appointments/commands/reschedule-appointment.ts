import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  Aggregates,
  Clock,
  currentContext,
  InjectAggregates,
  type Instant,
  Streams,
} from '../../event-sourcing/index.js';
import { PatientStanding } from '../../patients/events/patient-standing.js';
import { assertMaySee } from '../../security/index.js';
import { Appointment } from '../domain/appointment.js';
import { Schedule } from '../domain/schedule.js';
import { movedTo, ServiceType } from '../domain/service-type.js';
import { BookableTime, mustNameEachOnce } from './bookable-time.js';
import { ResourceAllocations } from './resource-allocations.js';

/** Moves an appointment to another time, and to other resources if any are named: the old time is free only if the new is had. */
export class RescheduleAppointment extends Command<{ id: string }> {
  constructor(
    readonly appointmentId: string,
    readonly start: Instant,
    readonly resourceIds?: readonly string[],
  ) {
    super();
  }
}

@CommandHandler(RescheduleAppointment)
export class RescheduleAppointmentHandler implements ICommandHandler<RescheduleAppointment> {
  constructor(
    @InjectAggregates(Appointment) private readonly appointments: Aggregates<Appointment>,
    private readonly streams: Streams,
    private readonly times: BookableTime,
    private readonly allocations: ResourceAllocations,
    private readonly clock: Clock,
  ) {}

  async execute({ appointmentId, start, resourceIds }: RescheduleAppointment) {
    mustNameEachOnce(resourceIds ?? []);
    const now = this.clock.now();
    const appointment = await this.appointments.load(appointmentId);
    const { patientId, serviceTypeId } = appointment.booking;
    assertMaySee(patientId);
    if (currentContext().actor.role === 'patient') appointment.mustBeBeforeCutoff(now);

    const [standing, service, ...schedules] = await this.streams.load(
      [PatientStanding, patientId],
      [ServiceType, serviceTypeId],
      ...(resourceIds ?? appointment.resourceIds).map((id) => [Schedule, id] as const),
    );
    standing.mustBeAlive();
    const frees = appointment.resourceIds;
    const time = movedTo(appointment.booking.time, start, schedules[0]!.zone);
    appointment.reschedule(
      time,
      schedules.map(({ resource }) => resource),
      now,
    );
    const wanted = { service, schedules, start, ignoring: appointmentId };
    await this.times.mustBeOffered(wanted, time, now);
    this.allocations.take(appointment, {
      kind: 'booking',
      now,
      frees,
      onePlaceAtATime: service.terms.patientOverlap === 'refuse',
      whenTaken: () => this.times.timeTaken(wanted, now),
    });
    this.appointments.save(appointment);
    return { id: appointmentId };
  }
}
