import { DomainEvent, type Instant } from '../../event-sourcing/index.js';
import type { Booking } from './booking.js';

/** A time was kept for a patient for a short while. The hold becomes the appointment under the same id, or ends. */
export class SlotHeld extends DomainEvent<Booking & { readonly expiresAt: Instant; readonly at: Instant }> {}

interface HoldEnded {
  readonly patientId: string;
  readonly resourceIds: readonly string[];
  readonly at: Instant;
}

/** The hold was given back before its time was up. */
export class HoldReleased extends DomainEvent<HoldEnded> {}

/** The hold's time was up and it had not been booked. */
export class HoldExpired extends DomainEvent<HoldEnded> {}
