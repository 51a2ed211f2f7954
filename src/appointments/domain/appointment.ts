import { Aggregate, type Instant } from '../../event-sourcing/index.js';
import {
  AppointmentBooked,
  AppointmentCancelled,
  AppointmentFulfilled,
  AppointmentMissed,
  AppointmentRescheduled,
  PatientCheckedIn,
} from '../events/appointment-events.js';
import type { BookedResource, BookedTime, Booking } from '../events/booking.js';
import type { CancellationInitiator, CancellationReason } from '../events/cancellation-reason.js';
import { HoldExpired, HoldReleased, SlotHeld } from '../events/hold-events.js';
import { MINUTE } from './interval.js';
import type { AppointmentStatus } from './appointment-status.js';

/**
 * A time with a patient, from the hold on: pending (held) → booked | cancelled (expired, released);
 * booked → checked-in | cancelled | noshow | booked (rescheduled); checked-in → fulfilled | cancelled.
 */
export class Appointment extends Aggregate {
  static override readonly streamType = 'appointments.appointment';
  static override readonly events = [
    SlotHeld,
    HoldReleased,
    HoldExpired,
    AppointmentBooked,
    AppointmentRescheduled,
    AppointmentCancelled,
    PatientCheckedIn,
    AppointmentMissed,
    AppointmentFulfilled,
  ];

  status?: AppointmentStatus;
  booking!: Booking;
  expiresAt?: Instant;

  static hold(id: string, booking: Booking, ttlSeconds: number, now: Instant): Appointment {
    const appointment = new Appointment(id);
    const expiresAt = new Date(Date.parse(now) + ttlSeconds * 1000).toISOString();
    appointment.apply(new SlotHeld({ ...booking, expiresAt, at: now }));
    return appointment;
  }

  static book(id: string, booking: Booking, now: Instant, asHistory = false): Appointment {
    const appointment = new Appointment(id);
    appointment.apply(new AppointmentBooked({ ...booking, ...(asHistory && { asHistory }), at: now }));
    return appointment;
  }

  get resourceIds(): string[] {
    return this.booking.resources.map(({ id }) => id);
  }

  bookHeld(now: Instant): void {
    this.mustBeHeld();
    this.must(now < this.expiresAt!, 'hold-expired', 'The hold has expired; hold or book the time again.');
    this.apply(new AppointmentBooked({ ...this.booking, fromHold: true, at: now }));
  }

  releaseHold(now: Instant): void {
    this.mustBeHeld();
    this.apply(new HoldReleased(this.ended(now)));
  }

  expireHold(now: Instant): void {
    this.mustBeHeld();
    this.apply(new HoldExpired(this.ended(now)));
  }

  reschedule(time: BookedTime, resources: readonly BookedResource[], now: Instant): void {
    this.mustBe(['booked'], 'appointment-not-reschedulable', 'Only a booked appointment can be rescheduled.');
    const { patientId, serviceTypeName } = this.booking;
    const previous = { resourceIds: this.resourceIds, time: this.booking.time };
    this.apply(new AppointmentRescheduled({ patientId, serviceTypeName, resources, time, previous, at: now }));
  }

  cancel(reason: CancellationReason, by: CancellationInitiator, now: Instant): void {
    this.mustBe(
      ['booked', 'checked-in'],
      'appointment-not-cancellable',
      'Only a booked appointment, or one whose patient is still waiting, can be cancelled.',
    );
    this.apply(new AppointmentCancelled({ ...this.ended(now), reason, by }));
  }

  checkIn(at: Instant): void {
    this.mustBe(['booked'], 'appointment-not-booked', 'Only for a booked appointment can a patient check in.');
    const { patientId, serviceTypeId, resources } = this.booking;
    const practitionerId = resources.find(({ type }) => type === 'practitioner')?.id;
    this.apply(
      new PatientCheckedIn({
        appointmentId: this.id,
        patientId,
        resourceIds: this.resourceIds,
        ...(practitionerId && { practitionerId }),
        serviceTypeId,
        at,
      }),
    );
  }

  markNoShow(now: Instant): void {
    this.mustBe(['booked'], 'appointment-not-booked', 'Only a booked appointment can be missed.');
    this.apply(new AppointmentMissed(this.ended(now)));
  }

  fulfil(at: Instant, encounterId?: string): void {
    this.mustBe(['checked-in'], 'appointment-not-checked-in', 'Only after check-in can an appointment be fulfilled.');
    this.apply(new AppointmentFulfilled({ ...this.ended(at), ...(encounterId && { encounterId }) }));
  }

  /** What patients do by themselves, they do before the cut-off that was agreed when they booked. */
  mustBeBeforeCutoff(now: Instant): void {
    const { time, cancellationCutoffMinutes } = this.booking;
    this.must(
      Date.parse(now) <= Date.parse(time.start) - cancellationCutoffMinutes * MINUTE,
      'past-cutoff',
      'It is too close to its start to be changed by the patient: please call.',
    );
  }

  private ended(at: Instant) {
    return { patientId: this.booking.patientId, resourceIds: this.resourceIds, at };
  }

  private mustBeHeld(): void {
    this.mustBe(['pending'], 'hold-not-pending', 'The hold has been booked, or has ended.');
  }

  private mustBe(statuses: readonly AppointmentStatus[], code: string, sentence: string): void {
    this.must(this.status !== undefined && statuses.includes(this.status), code, sentence);
  }

  protected onSlotHeld({ data }: SlotHeld): void {
    this.status = 'pending';
    this.expiresAt = data.expiresAt;
    this.booking = bookingOf(data);
  }

  protected onHoldReleased(): void {
    this.status = 'cancelled';
  }

  protected onHoldExpired(): void {
    this.status = 'cancelled';
  }

  protected onAppointmentBooked({ data }: AppointmentBooked): void {
    this.status = 'booked';
    this.booking = bookingOf(data);
  }

  protected onAppointmentRescheduled({ data: { time, resources } }: AppointmentRescheduled): void {
    this.booking = { ...this.booking, time, resources };
  }

  protected onAppointmentCancelled(): void {
    this.status = 'cancelled';
  }

  protected onPatientCheckedIn(): void {
    this.status = 'checked-in';
  }

  protected onAppointmentMissed(): void {
    this.status = 'noshow';
  }

  protected onAppointmentFulfilled(): void {
    this.status = 'fulfilled';
  }
}

const bookingOf = ({
  patientId,
  serviceTypeId,
  serviceTypeName,
  resources,
  time,
  cancellationCutoffMinutes,
}: Booking): Booking => ({ patientId, serviceTypeId, serviceTypeName, resources, time, cancellationCutoffMinutes });
