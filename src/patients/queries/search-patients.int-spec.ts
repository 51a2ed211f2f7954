import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { Database } from '../../database/database.js';
import { typeOrmOptions } from '../../database/data-source.js';
import { type DomainError, type DomainEvent, idFor, type Projection } from '../../event-sourcing/index.js';
import type { ContactPoint } from '../events/demographics.js';
import type { Identifier } from '../events/identifier.js';
import { IdentifierRetired } from '../events/identifiers.js';
import { PatientMarkedEnteredInError } from '../events/patient-marked-entered-in-error.js';
import { PatientRegistered } from '../events/patient-registered.js';
import { NameVocabulary, NameVocabularyProjection } from '../read-models/name-vocabulary.js';
import { PatientNameWord, PatientNameWordProjection } from '../read-models/patient-name-word.js';
import { PatientSummary, PatientSummaryProjection } from '../read-models/patient-summary.js';
import { type PatientCriteria, SearchPatients, SearchPatientsHandler } from './search-patients.js';

interface Person {
  readonly telecom?: readonly ContactPoint[];
  readonly identifiers?: readonly Identifier[];
  readonly birthDate?: string;
}

/** The events of one stream each, in the read tables as their projections keep them. */
class Registry {
  private readonly events: DomainEvent[][] = [];

  add(
    name: string,
    { telecom = [], identifiers = [], birthDate = '1980-02-29' }: Person = {},
    ...later: DomainEvent[]
  ) {
    const [family = '', ...given] = name.split(', ').flatMap((part, i) => (i === 0 ? [part] : part.split(' ')));
    const patientId = idFor('patient', String(this.events.length));
    const mrn = { system: 'urn:anamnesis:mrn', value: String(10_000 + this.events.length) };
    const registered = new PatientRegistered({
      patientId,
      name: { family, given },
      birthDate,
      gender: 'unknown',
      telecom,
      identifiers: [mrn, ...identifiers],
    });
    this.events.push(
      [registered, ...later].map((event, i) =>
        event.recordedAs({
          streamId: patientId,
          streamVersion: i + 1,
          position: this.events.length * 10 + i,
          eventId: idFor(patientId, String(i)),
          recordedAt: '2026-03-01T09:00:00.000Z',
          metadata: { actor: 'someone', correlationId: patientId },
        }),
      ),
    );
    return patientId;
  }

  rows<Row extends object>(projection: Projection<Row>): Row[] {
    const rows = new Map<string, Row | undefined>();
    for (const event of this.events.flat().filter((one) => projection.handles(one))) {
      for (const key of projection.keysOf(event)) rows.set(key, projection.evolve(rows.get(key), event, key));
    }
    return [...rows.values()].filter((row) => row !== undefined);
  }
}

/** Words that are family names as well as given ones. */
const PLACELESS = ['Xander', 'Xandra', 'Xan', 'Xavier', 'Ximena'];

describe('a search of patients', () => {
  const passport = { system: 'urn:passport', value: 'X4374756' };
  const oldCard = { system: 'urn:card', value: '4711' };
  let database: TestDatabase;
  let dataSource: DataSource;
  let lanes: Database;
  let search: (
    criteria: PatientCriteria,
    limit?: number,
    cursor?: string,
  ) => ReturnType<SearchPatientsHandler['execute']>;

  const names = async (criteria: PatientCriteria, limit?: number) =>
    (await search(criteria, limit)).items.map(({ name: { family, given } }) => [family, ...given].join(' '));
  const everyPage = async (criteria: PatientCriteria, limit: number) => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await search(criteria, limit, cursor);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return ids;
  };

  beforeAll(async () => {
    const registry = new Registry();
    registry.add('Müller, Jürgen', { birthDate: '1949-08-02' });
    registry.add('Muller, Anna');
    registry.add('Johnson, Mary Ann', { telecom: [{ system: 'phone', value: '+44 (0)20 7946 0958' }] });
    registry.add('Johnston, Ann', { birthDate: '1949-08-02', telecom: [{ system: 'sms', value: '555-826-5697' }] });
    registry.add('O’Brien, Niamh', { identifiers: [passport] });
    registry.add('García-Márquez, José', { identifiers: [oldCard] }, new IdentifierRetired({ identifier: oldCard }));
    registry.add('Lee, Leeann Leo');
    registry.add('Smith, Adam');
    registry.add('Smart, Maxwell');
    registry.add('Wrong, Willy', {}, new PatientMarkedEnteredInError({ reason: 'why' }));
    registry.add('100%, _Under');
    for (let i = 0; i < 70; i++) {
      registry.add(`Zeta${'abcdefg'[i % 7]}, Twin Number${i % 3} Zetb`, {
        birthDate: i % 2 ? '2001-01-01' : '2002-02-02',
      });
    }

    for (const [i, family] of PLACELESS.entries()) {
      for (const given of PLACELESS) {
        for (const other of [...PLACELESS.slice(i), '']) registry.add(`${family}, ${given} ${other}`.trim());
      }
    }

    database = await createTestDatabase();
    dataSource = await new DataSource({
      ...typeOrmOptions({ url: database.url, poolSize: 2 }),
      entities: [PatientSummary, PatientNameWord, NameVocabulary],
    }).initialize();
    await dataSource.getRepository(PatientSummary).insert(registry.rows(new PatientSummaryProjection()));
    await dataSource.getRepository(PatientNameWord).insert(registry.rows(new PatientNameWordProjection()));
    await dataSource.getRepository(NameVocabulary).insert(registry.rows(new NameVocabularyProjection()));
    lanes = new Database(dataSource);
    const handler = new SearchPatientsHandler(lanes);
    search = (criteria, limit = 20, cursor) => handler.execute(new SearchPatients(criteria, { limit, cursor }));
  });
  afterAll(async () => {
    await lanes.close();
    await dataSource.destroy();
    await database.drop();
  });

  it.each([
    ['müll', ['Muller Anna', 'Müller Jürgen']],
    ['MULLER', ['Muller Anna', 'Müller Jürgen']],
    ['jurgen mul', ['Müller Jürgen']],
    ['mul jur', ['Müller Jürgen']],
    ['ann john', ['Johnson Mary Ann', 'Johnston Ann']],
    ['john m', ['Johnson Mary Ann']],
    ['brien', ['O’Brien Niamh']],
    ["o'bri", ['O’Brien Niamh']],
    ['o brien', ['O’Brien Niamh']],
    ['marquez', ['García-Márquez José']],
    ['garcia marq jose', ['García-Márquez José']],
    ['lee', ['Lee Leeann Leo']],
    ['le', ['Lee Leeann Leo']],
    ['under', ['100% _Under']],
  ])('by the beginnings “%s” finds %j', async (name, expected) => {
    expect((await names({ name })).toSorted()).toEqual(expected);
  });

  it.each([
    'xan xav',
    'xav xan',
    'xander xandra',
    'xan xander',
    'ximena xan xav',
    'xi xa',
    'xavier xavier',
    'xan',
    'xandra xi q',
  ])('finds everybody of whom the words of a name begin with "%s", in any order, once', async (name) => {
    const all = await search({ name: 'x' }, 200);
    const asked = name.split(' ');
    const expected = all.items.filter(({ name: { family, given } }) => {
      const words = [family, ...given].map((word) => word.toLowerCase());
      return asked.every((beginning) => words.some((word) => word.startsWith(beginning)));
    });
    for (const limit of [1, 4, 200]) {
      const found = await everyPage({ name }, limit);
      expect(found.toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    }
  });

  it('gives names that begin with the first word asked for before those that begin with the second', async () => {
    const families = (await search({ name: 'ximena xavier' }, 200)).items.map(({ name: { family } }) => family);
    const [first, second] = [families.lastIndexOf('Ximena'), families.indexOf('Xavier')];
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(first + 1);
    expect(families.lastIndexOf('Xavier')).toBe(
      families.length - 1 - families.filter((one) => one.startsWith('Xan')).length,
    );
  });

  it('finds the most similar names when none begins so, best first', async () => {
    expect(await names({ name: 'jonson' })).toEqual(['Johnson Mary Ann']);
    expect(await names({ name: 'johnsson' })).toEqual(['Johnson Mary Ann', 'Johnston Ann']);
    expect(await names({ name: 'smyth' })).toEqual(['Smith Adam']);
    expect(await names({ name: 'garsia' })).toEqual(['García-Márquez José']);
    expect(await names({ name: 'jonson mary' })).toEqual(['Johnson Mary Ann']);
    expect(await names({ name: 'johnsson' }, 1)).toEqual(['Johnson Mary Ann']);
    expect(await names({ name: 'xylophone' })).toEqual([]);
  });

  it('finds a name once of which two words are similar', async () => {
    expect(await names({ name: 'lexann' })).toEqual(['Lee Leeann Leo']);
    expect(await names({ name: 'leew leeamn' })).toEqual(['Lee Leeann Leo']);
  });

  it('finds similar names beside equal ones when asked to', async () => {
    expect(await names({ name: 'johnson' })).toEqual(['Johnson Mary Ann']);
    expect(await names({ name: 'johnson', nameMatch: 'similar' })).toEqual(['Johnson Mary Ann', 'Johnston Ann']);
  });

  it.each(['xavie ximenna', 'ximenna xavie', 'xavie ximenna xandar'])(
    'finds everybody with names like "%s", in any order, once',
    async (name) => {
      const meant = name.split(' ').map((word) => ({ xavie: 'Xavier', ximenna: 'Ximena' })[word] ?? 'Xand');
      const all = await search({ name: 'x' }, 200);
      const expected = all.items.filter(({ name: { family, given } }) =>
        meant.every((word) => [family, ...given].some((one) => one.startsWith(word))),
      );
      expect(expected.length).toBeGreaterThan(0);
      const found = await search({ name, nameMatch: 'similar' }, 200);
      expect(found.items.map(({ id }) => id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    },
  );

  it('takes nothing in a name for a wildcard', async () => {
    expect(await names({ name: '%' })).toEqual([]);
    expect(await names({ name: '_' })).toEqual([]);
    expect(await names({ name: 'j%n' })).toEqual([]);
    expect(await names({ name: "'; drop table read.patient_summary; --" })).toEqual([]);
    expect(await names({ name: '\0' })).toEqual([]);
  });

  it('finds by birth date', async () => {
    expect(await names({ birthDate: '1949-08-02' })).toEqual(['Johnston Ann', 'Müller Jürgen']);
    expect(await names({ birthDate: '1950-01-01' })).toEqual([]);
  });

  it.each(['urn:passport|X4374756', 'urn:passport|x4374756', 'X4374756'])(
    'finds by the identifier %s',
    async (identifier) => {
      expect(await names({ identifier })).toEqual(['O’Brien Niamh']);
    },
  );

  it('finds by an identifier that was retired', async () => {
    expect(await names({ identifier: 'urn:card|4711' })).toEqual(['García-Márquez José']);
  });

  it('finds no identifier of another system', async () => {
    expect(await names({ identifier: 'urn:other|X4374756' })).toEqual([]);
  });

  it.each(['+44 20 7946 0958', '020 7946 0958', '7946-0958', '0958'])(
    'finds by the telephone number %s',
    async (phone) => {
      expect(await names({ phone })).toEqual(['Johnson Mary Ann']);
    },
  );

  it('finds no number of which only the end is the same', async () => {
    expect(await names({ phone: '+1 555 946 0958' })).toEqual([]);
  });

  it('finds the national number when the international one is asked for', async () => {
    expect(await names({ phone: '+1 555-826-5697' })).toEqual(['Johnston Ann']);
  });

  it('refuses a telephone number that says nothing', async () => {
    await expect(search({ phone: '12-3' })).rejects.toMatchObject({
      code: 'phone-too-short',
    } satisfies Partial<DomainError>);
  });

  it('wants all criteria to hold', async () => {
    expect(await names({ name: 'john', birthDate: '1949-08-02' })).toEqual(['Johnston Ann']);
    expect(await names({ name: 'john', birthDate: '1949-08-02', phone: '8265697' })).toEqual(['Johnston Ann']);
    expect(await names({ name: 'john', identifier: 'X4374756' })).toEqual([]);
    expect(await names({ identifier: 'X4374756', phone: '8265697' })).toEqual([]);
    expect(await names({ name: 'jonston', birthDate: '1949-08-02' })).toEqual(['Johnston Ann']);
  });

  it('does not find whoever was entered in error', async () => {
    expect(await names({ name: 'wrong' })).toEqual([]);
    expect(await names({ name: 'wrongg willy' })).toEqual([]);
    expect((await names({}, 200)).filter((name) => name.startsWith('Wrong'))).toEqual([]);
  });

  it.each<PatientCriteria>([
    { name: 'zet' },
    { name: 'zeta twin' },
    { name: 'number1 zeta' },
    { birthDate: '2001-01-01' },
    { name: 'zet', birthDate: '2001-01-01' },
    {},
  ])('of %j gives every page once, in one order', async (criteria) => {
    const atOnce = (await search(criteria, 200)).items.map(({ id }) => id);
    expect(atOnce.length).toBeGreaterThan(20);
    expect(new Set(atOnce).size).toBe(atOnce.length);
    for (const limit of [1, 7, atOnce.length]) expect(await everyPage(criteria, limit)).toEqual(atOnce);
  });

  it('sorts by name', async () => {
    const { items } = await search({}, 3);
    expect(items.map(({ name }) => name.family)).toEqual(['100%', 'García-Márquez', 'Johnson']);
  });

  it.each([
    'nonsense',
    Buffer.from('["a","b"]').toString('base64url'),
    Buffer.from('["\\u0000","",""]').toString('base64url'),
  ])('refuses the cursor %s', async (cursor) => {
    await expect(search({ name: 'zet' }, 20, cursor)).rejects.toMatchObject({ code: 'invalid-cursor' });
  });
});
