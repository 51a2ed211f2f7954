import { Schemas1700000000000 } from './0000-schemas.js';
import { EventSourcing1700000000001 } from './0001-event-sourcing.js';
import { Patients1700000100000 } from './0100-patients.js';
import { Appointments1700000200000 } from './0200-appointments.js';
import { Records1700000300000 } from './0300-records.js';
import { RestOfLife1700000400000 } from './0400-rest-of-life.js';
import { CommandRules1700000500000 } from './0500-command-rules.js';
import { DurableCommands1700000510000 } from './0510-durable-commands.js';
import { Operators1700000520000 } from './0520-operators.js';

/** In the order of their timestamps. */
export const migrations = [
  Schemas1700000000000,
  EventSourcing1700000000001,
  Patients1700000100000,
  Appointments1700000200000,
  Records1700000300000,
  RestOfLife1700000400000,
  CommandRules1700000500000,
  DurableCommands1700000510000,
  Operators1700000520000,
];
