import { ConcurrencyConflict, currentUnitOfWork, refused } from '../../event-sourcing/index.js';
import { MRN_SYSTEM, type Identifier } from '../events/identifier.js';

const TAKEN = /^patient_identifier_taken_(\d+)$/;

/**
 * Makes the identifiers this patient's own in the transaction of the command: of two patients who claim one, the later is refused.
 *
 * @param pointerOf where each stands in the request; undefined for a number that we assigned, of which another is tried
 */
export function claimIdentifiers(
  patientId: string,
  identifiers: readonly Identifier[],
  pointerOf: (index: number) => string | undefined,
): void {
  currentUnitOfWork().enlist({
    call: 'write.claim_identifiers($1::uuid, $2::text[], $3::text[])',
    values: [patientId, identifiers.map(({ system }) => system), identifiers.map(({ value }) => value)],
    onViolation: (constraint) => {
      const [, index] = TAKEN.exec(constraint) ?? [];
      if (index === undefined) return undefined;
      const pointer = pointerOf(Number(index));
      return pointer === undefined ? new ConcurrencyConflict(patientId, 0, 0) : identifierTaken(pointer);
    },
  });
}

/** Keeps the number from being claimed for ever. */
export function retireClaim(patientId: string, { system, value }: Identifier): void {
  currentUnitOfWork().enlist({
    call: 'write.retire_identifier($1::uuid, $2::text, $3::text)',
    values: [patientId, system, value],
  });
}

/** Lets the person whom the identifiers really belong to have them. Medical record numbers are not given out again. */
export function releaseClaims(patientId: string, identifiers: readonly Identifier[]): void {
  const released = identifiers.filter(({ system }) => system !== MRN_SYSTEM);
  currentUnitOfWork().enlist({
    call: 'write.release_identifiers($1::uuid, $2::text[], $3::text[])',
    values: [patientId, released.map(({ system }) => system), released.map(({ value }) => value)],
  });
}

/** Says which of the identifiers, and not whose it is. */
function identifierTaken(pointer: string) {
  const detail = 'This identifier belongs, or belonged, to another patient.';
  return refused('identifier-taken', detail, { errors: [{ pointer, detail }] });
}
