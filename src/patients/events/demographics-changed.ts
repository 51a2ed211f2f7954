import { DomainEvent } from '../../event-sourcing/index.js';
import type { Demographics } from './demographics.js';

/** Something new is true of the patient: a move, a marriage, another telephone. */
export class DemographicsChanged extends DomainEvent<Demographics> {}

/** What was recorded had been wrong all along. */
export class DemographicsCorrected extends DomainEvent<Demographics> {}
