import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { currentUnitOfWork, type Instant, refused, RunAgain } from '../../event-sourcing/index.js';
import type { Appointment } from '../domain/appointment.js';
import type { Interval } from '../domain/interval.js';
import type { BookedTime } from '../events/booking.js';

const takenTimes = sql`
  select extract(epoch from lower(during)) * 1000 as "from", extract(epoch from upper(during)) * 1000 as "to"
  from write.resource_allocations
  where resource_id = any ($1::uuid[]) and during && tstzrange($2, $3) and appointment_id is distinct from $4::uuid
    and (expires_at is null or expires_at > $5)`;

// By the bounds, not by the range with &&: that would have the planner look at the times of all resources.
const timesOfPatient = sql`
  select appointment_id, lower(during), upper(during)
  from write.resource_allocations
  where patient_id = $1 and upper(during) > $2
    and lower(during) < coalesce($2::timestamptz + make_interval(mins => $4), 'infinity')
    and kind in ('hold', 'booking') and (expires_at is null or expires_at > $3)
  order by lower(during), appointment_id`;

const clearExpiredHolds = sql`
  select write.clear_expired_holds($1::uuid[], $2::timestamptz, $3::timestamptz, $4::timestamptz)`;

export interface TakeOptions {
  readonly kind: 'hold' | 'booking';
  readonly now: Instant;
  /** Refuse when the patient has another appointment at that time. */
  readonly onePlaceAtATime: boolean;
  /** Resources of the time that is given up for this one: a move. */
  readonly frees?: readonly string[];
  /** The error for a taken time, with what would help. */
  readonly whenTaken: () => Error | Promise<Error>;
}

/**
 * The taken time of every resource. A constraint of the database keeps it free of overlaps; the rows change in the statement
 * that appends the command's events, or not at all.
 */
@Injectable()
export class ResourceAllocations {
  constructor(private readonly database: Database) {}

  take(appointment: Appointment, { kind, now, onePlaceAtATime, frees = [], whenTaken }: TakeOptions): void {
    const { patientId, time } = appointment.booking;
    currentUnitOfWork().enlist({
      call: `write.take_time($1, $2::uuid, $3::uuid, $4::uuid[], $5::timestamptz, $6::timestamptz, $7::timestamptz,
        $8::timestamptz, $9::timestamptz, $10::timestamptz, $11::uuid[], $12::boolean)`,
      values: [
        kind,
        appointment.id,
        patientId,
        appointment.resourceIds,
        time.start,
        time.end,
        time.busyFrom,
        time.busyTo,
        kind === 'hold' ? appointment.expiresAt : null,
        now,
        frees,
        onePlaceAtATime,
      ],
      onViolation: (constraint) => {
        if (constraint === 'no_double_booking') return whenTaken();
        if (constraint === 'one_place_at_a_time') return patientOverlap();
        if (constraint === 'only_expired_holds') return this.overExpiredHolds(appointment, now);
        return undefined;
      },
    });
  }

  /** They are no less expired when the command fails after all, and a booking of one of them finds that its rows are gone. */
  private async overExpiredHolds({ resourceIds, booking: { time } }: Appointment, now: Instant): Promise<RunAgain> {
    await this.database.query(clearExpiredHolds, [resourceIds, time.busyFrom, time.busyTo, now], 'commands');
    return new RunAgain('Expired holds stood in the way');
  }

  /** Turns the time of a hold into that of the appointment. */
  keep(appointment: Appointment): void {
    currentUnitOfWork().enlist({
      call: 'write.keep_time($1::uuid, $2::uuid[], $3::int)',
      values: [appointment.id, appointment.resourceIds, partsOf(appointment.booking.time)],
      onViolation: (constraint) =>
        constraint === 'hold_in_force'
          ? refused('hold-expired', 'The hold has expired; hold or book the time again.')
          : undefined,
    });
  }

  release(...appointments: readonly Appointment[]): void {
    const resourceIds = new Set(appointments.flatMap((appointment) => appointment.resourceIds));
    currentUnitOfWork().enlist({
      call: 'write.release_time($1::uuid[], $2::uuid[])',
      values: [appointments.map(({ id }) => id), [...resourceIds]],
    });
  }

  /** When any of the resources is taken, buffers and holds in force included. */
  async taken(resourceIds: readonly string[], window: Interval, now: Instant, ignoring?: string): Promise<Interval[]> {
    const [from, to] = [new Date(window.from).toISOString(), new Date(window.to).toISOString()];
    const values = [resourceIds, from, to, ignoring, now];
    const rows = await this.database.query<{ from: string; to: string }>(takenTimes, values, 'loads');
    return rows.map((row) => ({ from: Number(row.from), to: Number(row.to) }));
  }

  /** Holds and appointments of a patient from a moment on, or for so long from it; one for each resource. */
  async ofPatient(patientId: string, from: Instant, now: Instant, minutes?: number): Promise<PatientTime[]> {
    const rows = await this.database.together<PatientTimeRow>('loads', timesOfPatient, [patientId, from, now, minutes]);
    return rows.map(([appointmentId, start, end]) => ({ appointmentId, start, end }));
  }
}

export interface PatientTime {
  readonly appointmentId: string;
  readonly start: Instant;
  readonly end: Instant;
}

type PatientTimeRow = [appointmentId: string, start: Instant, end: Instant];

/** A visit, and a buffer on each side that has one. */
const partsOf = ({ start, end, busyFrom, busyTo }: BookedTime): number =>
  1 + Number(busyFrom < start) + Number(end < busyTo);

const patientOverlap = () => refused('patient-overlap', 'The patient has another appointment at that time.');
