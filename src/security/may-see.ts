import { DomainError } from '../event-sourcing/errors.js';
import { type Actor, currentContext } from '../event-sourcing/execution-context.js';

export const notYourRecord = () =>
  new DomainError('forbidden', 'not-your-record', 'A patient sees and changes only what is its own.');

/** Ids are UUIDs, and the case of their letters means nothing (RFC 9562). */
export const isOwnPatient = ({ patientId }: Actor, claimed: string): boolean =>
  patientId !== undefined && claimed.toLowerCase() === patientId;

/**
 * For handlers that learn whose record it is only by loading it.
 * @throws DomainError `not-your-record` when the caller is another patient.
 */
export function assertMaySee(patientId: string): void {
  const { actor } = currentContext();
  if (actor.role === 'patient' && !isOwnPatient(actor, patientId)) throw notYourRecord();
}
