import { DomainEvent, type Instant } from '../../event-sourcing/index.js';

export class PatientDeceased extends DomainEvent<{ readonly deceasedAt: Instant }> {}

/** The death had been recorded by mistake: the patient lives. */
export class PatientDeathReverted extends DomainEvent<{ readonly reason: string }> {}
