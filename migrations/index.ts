import { EventSourcing1700000000001 } from './0001-event-sourcing.js';
import { Schemas1700000000000 } from './0000-schemas.js';

/** In the order of their timestamps. */
export const migrations = [Schemas1700000000000, EventSourcing1700000000001];
