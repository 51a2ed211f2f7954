import { DomainEvent, type Instant } from '../../event-sourcing/index.js';
import type { BookedResource, BookedTime, Booking } from './booking.js';
import type { CancellationInitiator, CancellationReason } from './cancellation-reason.js';

/** A time is promised to a patient. The id of the appointment is the id of the stream. */
export class AppointmentBooked extends DomainEvent<
  Booking & {
    /** It had taken place before it was entered here: notice, horizon and opening hours did not apply. */
    readonly asHistory?: boolean;
    /** The time had been held for the patient. */
    readonly fromHold?: boolean;
    readonly at: Instant;
  }
> {}

export class AppointmentRescheduled extends DomainEvent<{
  readonly patientId: string;
  readonly serviceTypeName: string;
  readonly resources: readonly BookedResource[];
  readonly time: BookedTime;
  readonly previous: { readonly resourceIds: readonly string[]; readonly time: BookedTime };
  readonly at: Instant;
}> {}

export class AppointmentCancelled extends DomainEvent<{
  readonly patientId: string;
  readonly resourceIds: readonly string[];
  readonly reason: CancellationReason;
  readonly by: CancellationInitiator;
  readonly at: Instant;
}> {}

/** The patient has come for an appointment. */
export class PatientCheckedIn extends DomainEvent<{
  readonly appointmentId: string;
  readonly patientId: string;
  readonly resourceIds: readonly string[];
  /** The first practitioner booked: the id of the schedule that is the practitioner's. */
  readonly practitionerId?: string;
  readonly serviceTypeId: string;
  readonly at: Instant;
}> {}

/** The patient did not come. */
export class AppointmentMissed extends DomainEvent<{
  readonly patientId: string;
  readonly resourceIds: readonly string[];
  readonly at: Instant;
}> {}

/** What was promised took place. */
export class AppointmentFulfilled extends DomainEvent<{
  readonly patientId: string;
  readonly resourceIds: readonly string[];
  /** The encounter whose end fulfilled it, when it was not fulfilled by hand. */
  readonly encounterId?: string;
  readonly at: Instant;
}> {}
