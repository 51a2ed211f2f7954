import { DomainError, type Instant } from '../../event-sourcing/index.js';
import type { ServiceTerms } from '../events/service-type-defined.js';
import { DAY, type Interval, MINUTE } from './interval.js';

/** What a service type is defined with; the rest of its terms have defaults. */
export type ServiceDefinition = Pick<ServiceTerms, 'name' | 'durationMinutes'> & Partial<ServiceTerms>;

/** Ten years: where no horizon was set, a typing error in the year is still caught. */
export const FURTHEST_HORIZON_DAYS = 3653;

/** A whole day. */
export const LONGEST_VISIT_MINUTES = 1440;

export const withDefaults = ({ name, durationMinutes, ...chosen }: ServiceDefinition): ServiceTerms => ({
  name,
  durationMinutes,
  bufferBeforeMinutes: chosen.bufferBeforeMinutes ?? 0,
  bufferAfterMinutes: chosen.bufferAfterMinutes ?? 0,
  slotIntervalMinutes: chosen.slotIntervalMinutes ?? durationMinutes,
  minimumNoticeMinutes: chosen.minimumNoticeMinutes ?? 0,
  horizonDays: chosen.horizonDays ?? FURTHEST_HORIZON_DAYS,
  cancellationCutoffMinutes: chosen.cancellationCutoffMinutes ?? 0,
  patientOverlap: chosen.patientOverlap ?? 'warn',
  bookableByPatient: chosen.bookableByPatient ?? true,
});

type Notice = Pick<ServiceTerms, 'minimumNoticeMinutes'>;
type Horizon = Pick<ServiceTerms, 'horizonDays'>;

export const earliestStart = ({ minimumNoticeMinutes }: Notice, now: Instant): number =>
  Date.parse(now) + minimumNoticeMinutes * MINUTE;

export const latestStart = ({ horizonDays }: Horizon, now: Instant): number => Date.parse(now) + horizonDays * DAY;

/** The part of a window in which a visit can lie that is booked now. It may be empty. */
export function bookableWithin(
  terms: Notice & Horizon & Pick<ServiceTerms, 'durationMinutes'>,
  { from, to }: Interval,
  now: Instant,
): Interval {
  const first = Math.max(from, earliestStart(terms, now));
  const last = latestStart(terms, now) + terms.durationMinutes * MINUTE;
  return { from: first, to: Math.max(first, Math.min(to, last)) };
}

export const bookedByStaffOnly = () =>
  new DomainError('forbidden', 'not-bookable-by-patients', 'This service is booked by the staff only.');
