import { DomainEvent } from '../../event-sourcing/index.js';

/** This patient should never have been registered. The record takes no more entries; its history stays. */
export class PatientMarkedEnteredInError extends DomainEvent<{ readonly reason: string }> {}
