import { ConditionEnteredInError, ConditionRecorded, ConditionResolved } from '../events/condition-events.js';
import { EncounterFinished, EncounterStarted } from '../events/encounter-events.js';
import { recorded } from '../../event-sourcing/testing/recorded.js';
import { TimelineProjection } from './timeline.js';
import { titleOfPanel } from './titles.js';

const projection = new TimelineProjection();
const code = { system: 'http://snomed.info/sct', code: '38341003', display: 'Hypertensive disorder' };
const fact = { patientId: 'p1', encounterId: 'e1', effectiveAt: '2019-04-03T00:00:00.000Z' };
const condition = recorded(
  new ConditionRecorded({ ...fact, code, clinicalStatus: 'active', verificationStatus: 'confirmed' }),
  'c1',
);
const resolved = recorded(new ConditionResolved({ ...fact, abatement: '2026-03-01' }), 'c1', 2);
const inError = recorded(new ConditionEnteredInError({ patientId: 'p1', reason: 'wrong patient' }), 'c1', 3);
const started = recorded(
  new EncounterStarted({ patientId: 'p1', class: 'EMER', start: '2026-03-01T11:00:00.000Z' }),
  'e1',
);
const finished = recorded(new EncounterFinished({ patientId: 'p1', end: '2026-03-01T12:00:00.000Z' }), 'e1', 2);

describe('the timeline', () => {
  it('has a line for each entry, at the time when it was true', () =>
    expect(projection.fold([condition], 'c1')).toEqual({
      id: 'c1',
      patientId: 'p1',
      encounterId: 'e1',
      type: 'condition',
      effectiveAt: fact.effectiveAt,
      enteredInError: false,
      item: {
        id: 'c1',
        type: 'condition',
        effectiveAt: fact.effectiveAt,
        recordedAt: '2026-03-01T12:00:01.000Z',
        encounterId: 'e1',
        title: 'Hypertensive disorder',
        code,
        status: 'active',
        enteredInError: false,
      },
    }));

  it('follows the status of the entry', () => {
    expect(projection.fold([condition, resolved], 'c1')?.item.status).toBe('resolved');
    expect(projection.fold([started, finished], 'e1')?.item).toMatchObject({
      title: 'Encounter (EMER)',
      status: 'finished',
    });
  });

  it('keeps what was entered in error, and says so', () =>
    expect(projection.fold([condition, resolved, inError], 'c1')).toMatchObject({
      enteredInError: true,
      item: { enteredInError: true, status: 'entered-in-error' },
    }));

  it('finds an encounter among its own entries', () =>
    expect(projection.fold([started], 'e1')).toMatchObject({ encounterId: 'e1', type: 'encounter' }));
});

describe('the title of a panel', () => {
  const loinc = (code: string, display: string) => ({ system: 'http://loinc.org', code, display });
  const mmHg = (value: number) => ({ quantity: { value, unit: 'mmHg' } });
  const bloodPressure = {
    code: loinc('85354-9', 'Blood pressure'),
    components: [
      { code: loinc('8480-6', 'Systolic'), value: mmHg(128) },
      { code: loinc('8462-4', 'Diastolic'), value: mmHg(82.123456) },
    ],
  };
  const platelets = { code: loinc('777-3', 'Platelets'), value: { quantity: { value: 234567.8, unit: '/uL' } } };

  it('is its name where it has one', () =>
    expect(titleOfPanel({ code: loinc('24331-1', 'Lipid panel'), observations: [platelets] })).toBe('Lipid panel'));

  it('tells the values of the first observations', () => {
    expect(titleOfPanel({ observations: [bloodPressure] })).toBe('Blood pressure 128 mmHg / 82.12 mmHg');
    expect(titleOfPanel({ observations: [platelets, platelets, platelets, platelets] })).toMatch(
      /^Platelets 234568 \/uL, .* and 1 more$/,
    );
  });

  it('stays short', () =>
    expect(
      titleOfPanel({ observations: [{ code: loinc('x', 'Note'), value: { string: 'long '.repeat(100) } }] }),
    ).toHaveLength(200));
});
