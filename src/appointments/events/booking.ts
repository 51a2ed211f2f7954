import type { Instant } from '../../event-sourcing/index.js';

export const RESOURCE_TYPES = ['practitioner', 'room', 'device'] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** Who or what is booked: its id is the id of its schedule. The name is kept as it was when the time was taken. */
export interface BookedResource {
  readonly id: string;
  readonly type: ResourceType;
  readonly name: string;
}

/** A time as it was agreed: the instants, and the wall time in the zone in which it was promised. */
export interface BookedTime {
  readonly start: Instant;
  readonly end: Instant;
  /** IANA name of the zone of the first resource. */
  readonly timeZone: string;
  /** The start on the wall clock of that zone, with its offset: `2026-10-25T01:30:00+01:00`. */
  readonly localStart: string;
  /** The time that the resources are taken: the visit itself and the buffers around it. */
  readonly busyFrom: Instant;
  readonly busyTo: Instant;
}

/** What a hold and an appointment have in common: for whom, for what, with whom, when. */
export interface Booking {
  readonly patientId: string;
  readonly serviceTypeId: string;
  readonly serviceTypeName: string;
  readonly resources: readonly BookedResource[];
  readonly time: BookedTime;
  /** Minutes before the start after which the patient can no longer cancel or move it alone. */
  readonly cancellationCutoffMinutes: number;
}
