import { scenariosOf } from '../../event-sourcing/testing/given.js';
import {
  type EncounterDetails,
  EncounterEnteredInError,
  EncounterFinished,
  EncounterStarted,
} from '../events/encounter-events.js';
import { Encounter, encounterIdOf } from './encounter.js';

const given = scenariosOf(Encounter);
const patientId = '018f0000-0000-7000-8000-00000000000a';
const now = '2026-03-01T12:00:00.000Z';
const start = '2026-03-01T11:30:00.000Z';
const started = new EncounterStarted({ patientId, class: 'AMB', start, appointmentId: 'a1' });
const finished = new EncounterFinished({ patientId, end: now, appointmentId: 'a1' });
const inError = new EncounterEnteredInError({ patientId, reason: 'wrong patient', appointmentId: 'a1' });

const starting = (details: EncounterDetails) => Encounter.start('e1', patientId, details, now);

describe('starting an encounter', () => {
  it('says who is seen, how and since when', () => {
    const encounter = starting({ class: 'EMER', start: '2026-03-01T12:30:00+01:00', practitionerId: 'p1' });
    expect(encounter.getUncommittedEvents()).toEqual([
      new EncounterStarted({ patientId, class: 'EMER', start, practitionerId: 'p1' }),
    ]);
    expect(encounter.status).toBe('in-progress');
  });

  it('refuses one that is still to come', () =>
    expect(() => starting({ class: 'AMB', start: '2026-03-01T12:06:00.000Z' })).toThrow(
      expect.objectContaining({ code: 'effective-in-future' }),
    ));

  it('refuses a reason that is no code', () =>
    expect(() => starting({ class: 'AMB', start, reason: { system: 'http://loinc.org', code: '1-1' } })).toThrow(
      expect.objectContaining({ code: 'invalid-code' }),
    ));

  it('has one id per appointment', () => {
    expect(encounterIdOf('a1')).toBe(encounterIdOf('a1'));
    expect(encounterIdOf('a1')).not.toBe(encounterIdOf('a2'));
  });
});

describe('finishing an encounter', () => {
  it('ends it now unless told otherwise', () =>
    given(started)
      .when((e) => e.finish(undefined, now))
      .then(finished));

  it('ends it at the time given', () =>
    given(started)
      .when((e) => e.finish('2026-03-01T11:45:00.000Z', now))
      .then(new EncounterFinished({ patientId, end: '2026-03-01T11:45:00.000Z', appointmentId: 'a1' })));

  it('never ends it before it began, whatever our clock says', () =>
    given(started)
      .when((e) => e.finish(undefined, '2026-03-01T11:29:00.000Z'))
      .then(new EncounterFinished({ patientId, end: start, appointmentId: 'a1' })));

  it('refuses an end before the start', () =>
    given(started)
      .when((e) => e.finish('2026-03-01T11:29:59.999Z', now))
      .thenRefuses('ends-before-start'));

  it('refuses an end still to come', () =>
    given(started)
      .when((e) => e.finish('2026-03-01T13:00:00.000Z', now))
      .thenRefuses('effective-in-future'));

  it('refuses to finish twice', () =>
    given(started, finished)
      .when((e) => e.finish(undefined, now))
      .thenRefuses('encounter-not-in-progress'));

  it('refuses to finish what was entered in error', () =>
    given(started, inError)
      .when((e) => e.finish(undefined, now))
      .thenRefuses('encounter-not-in-progress'));
});

describe('marking an encounter as entered in error', () => {
  it.each([[[started]], [[started, finished]]])('is possible at any time', (history) =>
    given(...history)
      .when((e) => e.markEnteredInError('wrong patient'))
      .then(inError),
  );

  it('is final', () =>
    given(started, inError)
      .when((e) => e.markEnteredInError('again'))
      .thenRefuses('already-entered-in-error'));
});
