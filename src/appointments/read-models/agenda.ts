import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DomainEvent, type Instant, Projection, Projects } from '../../event-sourcing/index.js';
import type { AppointmentStatus } from '../domain/appointment-status.js';
import {
  AppointmentBooked,
  AppointmentCancelled,
  AppointmentFulfilled,
  AppointmentMissed,
  AppointmentRescheduled,
  PatientCheckedIn,
} from '../events/appointment-events.js';
import type { Booking } from '../events/booking.js';
import { HoldExpired, HoldReleased, SlotHeld } from '../events/hold-events.js';

/** One appointment or hold in the agenda of one resource. */
@Entity({ schema: 'read', name: 'agenda' })
export class AgendaEntry {
  /** Resource and appointment. */
  @PrimaryColumn('text')
  key!: string;

  @Column('uuid', { name: 'resource_id' })
  resourceId!: string;

  @Column('uuid', { name: 'appointment_id' })
  appointmentId!: string;

  @Column('uuid', { name: 'patient_id' })
  patientId!: string;

  @Column('text')
  status!: AppointmentStatus;

  @Column('text', { name: 'service_type_name' })
  serviceTypeName!: string;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt!: Instant;

  @Column('timestamptz', { name: 'ends_at' })
  endsAt!: Instant;

  /** The time that it takes of the resource, with buffers. */
  @Column('timestamptz', { name: 'busy_from' })
  busyFrom!: Instant;

  @Column('timestamptz', { name: 'busy_to' })
  busyTo!: Instant;

  /** Only of a hold: from then on the time is free. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Instant | null;

  /** False when the time is free again though the entry stays to be seen: the patient did not come. */
  @Column('boolean')
  taken!: boolean;
}

const keyOf = (resourceId: string, appointmentId: string) => `${resourceId}/${appointmentId}`;

/** The resources that an event of an appointment is about, before and after it. */
function resourcesOf({ data }: DomainEvent): readonly string[] {
  if ('resourceIds' in data) return data.resourceIds as readonly string[];
  const { resources, previous } = data as Partial<AppointmentRescheduled['data']>;
  return [...new Set([...(resources ?? []).map(({ id }) => id), ...(previous?.resourceIds ?? [])])];
}

/** What the resources are booked for: their agendas, and the times that an availability search leaves out. */
@EventsHandler(
  SlotHeld,
  HoldReleased,
  HoldExpired,
  AppointmentBooked,
  AppointmentRescheduled,
  AppointmentCancelled,
  PatientCheckedIn,
  AppointmentMissed,
  AppointmentFulfilled,
)
@Projects(AgendaEntry, { version: 1 })
export class AgendaProjection extends Projection<AgendaEntry> {
  override keysOf(event: DomainEvent): readonly string[] {
    return resourcesOf(event).map((resourceId) => keyOf(resourceId, event.recorded.streamId));
  }

  onSlotHeld(_row: undefined, { data, recorded }: SlotHeld, key: string): AgendaEntry {
    return { ...entryOf(key, recorded.streamId, data), status: 'pending', expiresAt: data.expiresAt };
  }

  onHoldReleased(): undefined {}

  onHoldExpired(): undefined {}

  onAppointmentBooked(_row: AgendaEntry | undefined, { data, recorded }: AppointmentBooked, key: string): AgendaEntry {
    return entryOf(key, recorded.streamId, data);
  }

  /** It goes from the agendas of resources that it has left, and comes into those of new ones. */
  onAppointmentRescheduled(_row: AgendaEntry | undefined, event: AppointmentRescheduled, key: string) {
    const { data, recorded } = event;
    const stays = data.resources.some(({ id }) => key === keyOf(id, recorded.streamId));
    return stays ? entryOf(key, recorded.streamId, data) : undefined;
  }

  onAppointmentCancelled(): undefined {}

  onPatientCheckedIn(row: AgendaEntry): AgendaEntry {
    return { ...row, status: 'checked-in' };
  }

  onAppointmentMissed(row: AgendaEntry): AgendaEntry {
    return { ...row, status: 'noshow', taken: false };
  }

  onAppointmentFulfilled(row: AgendaEntry): AgendaEntry {
    return { ...row, status: 'fulfilled' };
  }
}

const timeOf = ({ time }: Pick<Booking, 'time'>) => ({
  startsAt: time.start,
  endsAt: time.end,
  busyFrom: time.busyFrom,
  busyTo: time.busyTo,
});

const entryOf = (
  key: string,
  appointmentId: string,
  booking: Pick<Booking, 'patientId' | 'serviceTypeName' | 'time'>,
): AgendaEntry => ({
  key,
  resourceId: key.slice(0, key.indexOf('/')),
  appointmentId,
  patientId: booking.patientId,
  status: 'booked',
  serviceTypeName: booking.serviceTypeName,
  ...timeOf(booking),
  expiresAt: null,
  taken: true,
});
