import { type DomainError, type DomainEvent } from '../../event-sourcing/index.js';
import { PatientDeathReverted, PatientDeceased } from './patient-death.js';
import { PatientMarkedEnteredInError } from './patient-marked-entered-in-error.js';
import { PatientStanding } from './patient-standing.js';

const died = new PatientDeceased({ deceasedAt: '2025-06-01T08:00:00.000Z' });
const reverted = new PatientDeathReverted({ reason: 'wrong patient' });
const inError = new PatientMarkedEnteredInError({ reason: 'duplicate registration' });

const standing = (...events: DomainEvent[]) => {
  const facts = new PatientStanding('018f0000-0000-7000-8000-000000000001');
  for (const event of events) facts.replay(event);
  return facts;
};
const codeOf = (rule: () => void) => {
  try {
    rule();
    return 'accepted';
  } catch (error) {
    return (error as DomainError).code;
  }
};

describe('the standing of a patient', () => {
  it('accepts everything for a registered patient', () => {
    expect(standing().active).toBe(true);
    expect(codeOf(() => standing().mustAcceptEntries())).toBe('accepted');
    expect(codeOf(() => standing().mustBeAlive())).toBe('accepted');
  });

  it('accepts entries, but no bookings, for the deceased', () => {
    expect(standing(died).active).toBe(false);
    expect(codeOf(() => standing(died).mustAcceptEntries())).toBe('accepted');
    expect(codeOf(() => standing(died).mustBeAlive())).toBe('patient-deceased');
  });

  it('tells what was before the death from what came after', () => {
    expect(codeOf(() => standing(died).mustBeAlive('2025-05-31T08:00:00.000Z'))).toBe('accepted');
    expect(codeOf(() => standing(died).mustBeAlive('2025-06-01T08:00:00.001Z'))).toBe('patient-deceased');
  });

  it('is as before when the death is reverted', () => {
    expect(standing(died, reverted).active).toBe(true);
    expect(codeOf(() => standing(died, reverted).mustBeAlive())).toBe('accepted');
  });

  it('accepts nothing for a patient entered in error', () => {
    expect(standing(inError).active).toBe(false);
    expect(codeOf(() => standing(inError).mustAcceptEntries())).toBe('patient-entered-in-error');
    expect(codeOf(() => standing(died, inError).mustBeAlive())).toBe('patient-entered-in-error');
  });
});
