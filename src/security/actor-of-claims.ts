import type { JWTPayload } from 'jose';
import { validate as isUuid } from 'uuid';
import { DomainError } from '../event-sourcing/errors.js';
import type { Actor } from '../event-sourcing/execution-context.js';
import { CALLER_ROLES } from './allow.js';
import { unauthenticated } from './unauthenticated.js';

const SUBJECT = /^[\x21-\x7e]{1,255}$/;

/**
 * `sub`, `role` or `roles`, and `patient_id`. Of several roles the first of admin, practitioner, receptionist, patient counts.
 * @throws UnauthorizedException, or DomainError when the token is good but gives no role here
 */
export function actorOfClaims({ sub, role, roles, patient_id: patientId }: JWTPayload): Actor {
  if (sub === undefined || !SUBJECT.test(sub)) throw unauthenticated('invalid-token', 'The token names no subject.');
  const granted: readonly unknown[] = Array.isArray(roles) ? roles : [role];
  const known = CALLER_ROLES.find((candidate) => granted.includes(candidate));
  if (!known) throw new DomainError('forbidden', 'no-role', 'The token gives no role in this application.');
  if (known !== 'patient') return { id: sub, role: known };
  if (typeof patientId !== 'string' || !isUuid(patientId)) {
    throw unauthenticated('invalid-token', 'The token of a patient must say which patient it is, as patient_id.');
  }
  return { id: sub, role: known, patientId: patientId.toLowerCase() };
}
