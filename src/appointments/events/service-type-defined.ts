import { DomainEvent, type Instant } from '../../event-sourcing/index.js';

/** What happens when a patient would have two appointments at one time. */
export const OVERLAP_POLICIES = ['refuse', 'warn'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** What can be booked, and on which terms. */
export interface ServiceTerms {
  readonly name: string;
  readonly durationMinutes: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  /** Minutes between the starts that are offered. */
  readonly slotIntervalMinutes: number;
  readonly minimumNoticeMinutes: number;
  /** How far ahead it can be booked. */
  readonly horizonDays: number;
  readonly cancellationCutoffMinutes: number;
  readonly patientOverlap: OverlapPolicy;
  readonly bookableByPatient: boolean;
}

export class ServiceTypeDefined extends DomainEvent<ServiceTerms & { readonly at: Instant }> {}
