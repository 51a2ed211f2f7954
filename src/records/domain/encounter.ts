import { idFor, type Instant, invalid } from '../../event-sourcing/index.js';
import {
  type EncounterDetails,
  EncounterEnteredInError,
  encounterClasses,
  EncounterFinished,
  EncounterStarted,
  type EncounterStatus,
} from '../events/encounter-events.js';
import { ClinicalEntry } from './clinical-entry.js';
import { optionalCodeOf } from './codes.js';
import { mustHaveHappened, mustNotEndBefore } from './effective-time.js';
import { mayBecome, type Transitions } from './transitions.js';

export const encounterTransitions: Transitions<EncounterStatus> = {
  planned: ['arrived', 'cancelled', 'entered-in-error'],
  arrived: ['triaged', 'cancelled', 'entered-in-error'],
  triaged: ['in-progress', 'cancelled', 'entered-in-error'],
  'in-progress': ['onleave', 'finished', 'entered-in-error'],
  onleave: ['in-progress', 'finished', 'entered-in-error'],
  finished: ['entered-in-error'],
  cancelled: ['entered-in-error'],
  'entered-in-error': [],
};

/** An appointment has one encounter, whoever starts it first. */
export const encounterIdOf = (appointmentId: string): string => idFor('encounter', appointmentId);

/** A patient is seen, for however long that takes. */
export class Encounter extends ClinicalEntry {
  static override readonly streamType = 'records.encounter';
  static override readonly events = [EncounterStarted, EncounterFinished, EncounterEnteredInError];

  status: EncounterStatus = 'planned';
  appointmentId?: string;
  private begun: Instant = '';

  static start(id: string, patientId: string, details: EncounterDetails, now: Instant): Encounter {
    const encounter = new Encounter(id);
    if (!encounterClasses.includes(details.class)) {
      throw invalid('invalid-code', 'This is not a class of encounters.', '/class');
    }
    encounter.apply(
      new EncounterStarted({
        patientId,
        class: details.class,
        start: mustHaveHappened(details.start, now, '/start'),
        practitionerId: details.practitionerId,
        appointmentId: details.appointmentId,
        type: optionalCodeOf(details.type, '/type'),
        reason: optionalCodeOf(details.reason, '/reason'),
      }),
    );
    return encounter;
  }

  finish(end: Instant | undefined, now: Instant): void {
    this.must(
      mayBecome(encounterTransitions, this.status, 'finished'),
      'encounter-not-in-progress',
      'Only an encounter in progress can be finished.',
    );
    const ended = end === undefined ? later(now, this.begun) : mustHaveHappened(end, now, '/end');
    mustNotEndBefore(this.begun, ended, '/end');
    this.apply(new EncounterFinished({ patientId: this.patientId, end: ended, appointmentId: this.appointmentId }));
  }

  protected override withdraw(reason: string): void {
    this.apply(new EncounterEnteredInError({ patientId: this.patientId, reason, appointmentId: this.appointmentId }));
  }

  protected onEncounterStarted({ data }: EncounterStarted): void {
    this.patientId = data.patientId;
    this.appointmentId = data.appointmentId;
    this.begun = data.start;
    this.status = 'in-progress';
  }

  protected onEncounterFinished(): void {
    this.status = 'finished';
  }

  protected onEncounterEnteredInError(): void {
    this.status = 'entered-in-error';
    this.enteredInError = true;
  }
}

/** A start may lie a little ahead of our clock. */
const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
