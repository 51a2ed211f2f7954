import { SetMetadata } from '@nestjs/common';
import type { Role } from '../event-sourcing/execution-context.js';

/** The roles of people. `system` is the application itself and never comes over HTTP. */
export type CallerRole = Exclude<Role, 'system'>;

export const CALLER_ROLES = ['admin', 'practitioner', 'receptionist', 'patient'] as const satisfies CallerRole[];

export const ALLOWED_ROLES = 'security:allowed-roles';
export const PUBLIC_ROUTE = 'security:public';
export const PATIENT_SCOPE = 'security:patient-scope';

/** Which roles may call this route, or every route of this controller. The method's own list wins. */
export const Allow = (...roles: [CallerRole, ...CallerRole[]]) => SetMetadata(ALLOWED_ROLES, roles);

/** Needs no token. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/**
 * Names what must be the caller's own patient id when the caller is a patient: `id` is a parameter of the route,
 * `body.patientId` and `query.patientId` are fields of the body and of the query string. Where the patient is known only once
 * the resource is loaded, the handler calls `assertMaySee` instead.
 */
export const PatientScoped = (path: string) => SetMetadata(PATIENT_SCOPE, path);
