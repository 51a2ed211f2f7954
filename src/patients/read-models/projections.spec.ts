import type { DomainEvent, Projection } from '../../event-sourcing/index.js';
import type { Demographics } from '../events/demographics.js';
import { DemographicsChanged, DemographicsCorrected } from '../events/demographics-changed.js';
import { MRN_SYSTEM } from '../events/identifier.js';
import { IdentifierAssigned, IdentifierRetired } from '../events/identifiers.js';
import { PatientDeathReverted, PatientDeceased } from '../events/patient-death.js';
import { PatientMarkedEnteredInError } from '../events/patient-marked-entered-in-error.js';
import { PatientRegistered } from '../events/patient-registered.js';
import { NameVocabularyProjection } from './name-vocabulary.js';
import { PatientNameWordProjection } from './patient-name-word.js';
import { PatientSummaryProjection } from './patient-summary.js';

const id = '018f0000-0000-7000-8000-000000000001';
const ada: Demographics = {
  name: { family: 'Byron', given: ['Ada', 'Augusta'] },
  birthDate: '1980-02-29',
  gender: 'female',
  telecom: [{ system: 'phone', value: '020 7946 0958' }],
};
const married: Demographics = {
  ...ada,
  name: { family: 'Lovelace', given: ['Ada'] },
  telecom: [],
  address: { line: [], city: 'London' },
};
const mrn = { system: MRN_SYSTEM, value: '10000008', type: 'MR' };
const passport = { system: 'urn:passport', value: 'X43' };

const registered = () => new PatientRegistered({ patientId: id, ...ada, identifiers: [mrn] });
const at = (version: number) => `2026-03-01T09:00:0${version}.000Z`;

const recorded = (events: DomainEvent[]) =>
  events.map((event, i) =>
    event.recordedAs({
      streamId: id,
      streamVersion: i + 1,
      position: 10 + i,
      eventId: `018f0000-0000-7000-8000-00000000010${i}`,
      recordedAt: at(i + 1),
      metadata: { actor: 'someone', correlationId: id },
    }),
  );
/** Every row that the events leave, by its key. */
function rowsOf<Row extends object>(projection: Projection<Row>, ...events: DomainEvent[]): Row[] {
  const rows = new Map<string, Row | undefined>();
  for (const event of recorded(events).filter((one) => projection.handles(one))) {
    for (const key of projection.keysOf(event)) rows.set(key, projection.evolve(rows.get(key), event, key));
  }
  return [...rows.values()].filter((row) => row !== undefined);
}

describe('the summary of a patient', () => {
  const summaryOf = (...events: DomainEvent[]) =>
    rowsOf(new PatientSummaryProjection(), registered(), ...events)[0]?.document;

  it('is who was registered', () => {
    expect(summaryOf()).toEqual({
      id,
      version: 1,
      mrn: '10000008',
      ...ada,
      address: null,
      identifiers: [mrn],
      retiredIdentifiers: [],
      deceasedAt: null,
      enteredInError: false,
      registeredAt: at(1),
      updatedAt: at(1),
    });
  });

  it.each([DemographicsChanged, DemographicsCorrected])('takes the whole of %p', (change) => {
    expect(summaryOf(new change(married))).toMatchObject({
      ...married,
      version: 2,
      registeredAt: at(1),
      updatedAt: at(2),
    });
    expect(summaryOf(new change(married), new change(ada))).toMatchObject({ ...ada, address: null, version: 3 });
  });

  it('follows identifiers in and out of use', () => {
    const other = { ...mrn, value: '10000016' };
    expect(
      summaryOf(
        new IdentifierAssigned({ identifier: passport }),
        new IdentifierAssigned({ identifier: other }),
        new IdentifierRetired({ identifier: mrn }),
      ),
    ).toMatchObject({ mrn: '10000016', identifiers: [passport, other], retiredIdentifiers: [mrn] });
  });

  it('knows the dead, and who was thought so', () => {
    const died = new PatientDeceased({ deceasedAt: '2025-06-01T08:00:00.000Z' });
    expect(summaryOf(died)).toMatchObject({ deceasedAt: '2025-06-01T08:00:00.000Z' });
    expect(summaryOf(died, new PatientDeathReverted({ reason: 'why' }))).toMatchObject({
      deceasedAt: null,
      version: 3,
    });
  });

  it('keeps whoever was entered in error', () => {
    expect(summaryOf(new PatientMarkedEnteredInError({ reason: 'why' }))).toMatchObject({
      enteredInError: true,
      ...ada,
    });
  });
});

describe('what a patient is found by', () => {
  function foundBy(...events: DomainEvent[]) {
    const [row] = rowsOf(new PatientSummaryProjection(), registered(), ...events);
    return row && { ...row, document: undefined, deceased: undefined };
  }
  const keysOfMrn = ['i:urn:anamnesis:mrn|10000008', 'i:|10000008'];

  it('is name, birth date, numbers', () => {
    expect(foundBy()).toEqual({
      id,
      nameWords: ' byron ada augusta',
      birthDate: '1980-02-29',
      phones: ['2079460958'],
      findKeys: ['p:9460958', 'p:0958', ...keysOfMrn],
    });
  });

  it.each([DemographicsChanged, DemographicsCorrected])('is the new of %p, and every identifier', (change) => {
    expect(foundBy(new IdentifierAssigned({ identifier: passport }), new change(married))).toEqual({
      id,
      nameWords: ' lovelace ada',
      birthDate: '1980-02-29',
      phones: [],
      findKeys: [...keysOfMrn, 'i:urn:passport|x43', 'i:|x43'],
    });
  });

  it('is an identifier that was retired, too', () => {
    expect(foundBy(new IdentifierRetired({ identifier: mrn }))?.findKeys).toEqual([
      'p:9460958',
      'p:0958',
      ...keysOfMrn,
    ]);
  });

  it('is nothing for a patient entered in error', () => {
    expect(foundBy(new PatientMarkedEnteredInError({ reason: 'why' }))).toEqual({
      id,
      nameWords: null,
      birthDate: null,
      phones: null,
      findKeys: null,
    });
  });
});

describe('the words of a patient’s name', () => {
  const wordsOf = (...events: DomainEvent[]) => rowsOf(new PatientNameWordProjection(), registered(), ...events);
  const row = (place: number, word: string, words: string) => ({
    key: `${id}/${place}`,
    word,
    nameWords: words,
    patientId: id,
  });

  it('have a row each, but for the first', () => {
    expect(wordsOf()).toEqual([row(1, 'ada', ' byron ada augusta'), row(2, 'augusta', ' byron ada augusta')]);
  });

  it.each([DemographicsChanged, DemographicsCorrected])('leave no row of the name before %p', (change) => {
    expect(wordsOf(new change(married))).toEqual([row(1, 'ada', ' lovelace ada')]);
    expect(wordsOf(new change(married), new change(ada))).toHaveLength(2);
  });

  it('are gone when the patient was entered in error', () => {
    expect(wordsOf(new PatientMarkedEnteredInError({ reason: 'why' }))).toEqual([]);
  });
});

describe('the vocabulary of names', () => {
  const vocabulary = (...events: DomainEvent[]) =>
    rowsOf(new NameVocabularyProjection(), registered(), ...events).map(({ word }) => word);

  it.each([DemographicsChanged, DemographicsCorrected])('has every word once, and learns from %p', (change) => {
    expect(vocabulary()).toEqual(['byron', 'ada', 'augusta']);
    expect(vocabulary(new change(married))).toEqual(['byron', 'ada', 'augusta', 'lovelace']);
  });
});

describe('a row that an event does not change', () => {
  it.each([
    ['word of a name', new PatientNameWordProjection(), `${id}/1`],
    ['word of the vocabulary', new NameVocabularyProjection(), 'ada'],
  ])('is passed back as it is, and so not written: %s', (_what, projection: Projection<object>, key) => {
    const [first, moved] = recorded([registered(), new DemographicsChanged({ ...ada, address: married.address })]);
    const row = projection.evolve(undefined, first!, key);
    expect(row).toBeDefined();
    expect(projection.evolve(row, moved!, key)).toBe(row);
  });
});
