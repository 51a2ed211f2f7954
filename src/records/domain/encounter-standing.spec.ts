import type { DomainEvent } from '../../event-sourcing/index.js';
import { EncounterEnteredInError, EncounterFinished, EncounterStarted } from '../events/encounter-events.js';
import { EncounterStanding } from './encounter-standing.js';

const started = new EncounterStarted({ patientId: 'p1', class: 'AMB', start: '2026-03-01T11:30:00.000Z' });
const finished = new EncounterFinished({ patientId: 'p1', end: '2026-03-01T12:00:00.000Z' });
const inError = new EncounterEnteredInError({ patientId: 'p1', reason: 'wrong patient' });

const standingAfter = (...history: DomainEvent[]) => {
  const standing = new EncounterStanding('e1');
  for (const event of history) standing.replay(event);
  return standing;
};
const entryOf =
  (patientId: string, ...history: DomainEvent[]) =>
  () =>
    standingAfter(...history).mustTakeEntriesOf(patientId);
const pastEntryOf =
  (patientId: string, ...history: DomainEvent[]) =>
  () =>
    standingAfter(...history).mustTakeEntriesOf(patientId, true);
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

describe('an encounter', () => {
  it('takes entries of its patient while it lasts', () => expect(entryOf('p1', started)).not.toThrow());

  it('takes none of another patient', () =>
    expect(entryOf('p2', started)).toThrow(refusal('encounter-of-another-patient')));

  it('takes none when it is finished', () =>
    expect(entryOf('p1', started, finished)).toThrow(refusal('encounter-finished')));

  it('takes what belongs to its history when it is finished, and nothing else that it refuses', () => {
    expect(pastEntryOf('p1', started, finished)).not.toThrow();
    expect(pastEntryOf('p2', started, finished)).toThrow(refusal('encounter-of-another-patient'));
    expect(pastEntryOf('p1', started, inError)).toThrow(refusal('encounter-entered-in-error'));
  });

  it('takes none when it was entered in error', () => {
    expect(entryOf('p1', started, inError)).toThrow(refusal('encounter-entered-in-error'));
    expect(entryOf('p1', started, finished, inError)).toThrow(refusal('encounter-entered-in-error'));
  });
});
