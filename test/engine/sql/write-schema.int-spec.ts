import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { checksOf } from './checks.js';
import { WriteSide } from './write-side.js';

/** Constraints of commands: they have their tests with their modules. */
const OF_MODULES = [
  'add_allergy',
  'add_medication',
  'claim_identifiers',
  'clear_expired_holds',
  'enter_calendars',
  'keep_time',
  'release_identifiers',
  'release_time',
  'remove_prescribing_fact',
  'retire_identifier',
  'take_time',
];

describe('the functions of the schema write', () => {
  let database: TestDatabase;
  let on: WriteSide;
  beforeAll(async () => {
    database = await createTestDatabase();
    on = await WriteSide.connect(database.url);
  });
  afterAll(async () => {
    await on.end();
    await database.drop();
  });

  const functions = () =>
    on.rows<{ name: string; definer: boolean; settings: string[] | null }>(
      `select proname as name, prosecdef as definer, proconfig as settings
       from pg_proc where pronamespace = 'write'::regnamespace order by proname`,
    );

  it('are those of the engine, each with checks and mutants, and those of the modules', async () => {
    const names = (await functions()).map(({ name }) => name);
    expect(names).toEqual([...Object.keys(checksOf), ...OF_MODULES].toSorted());
  });

  it('that work with the rights of their owner never look among the tables of their caller first', async () => {
    const asOwner = (await functions()).filter(({ definer }) => definer);
    expect(asOwner.length).toBeGreaterThan(5);
    const open = asOwner.filter(({ settings }) => !settings?.some((each) => /^search_path=.*, ?pg_temp$/.test(each)));
    expect(open.map(({ name }) => name)).toEqual([]);
  });
});
