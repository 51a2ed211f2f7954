import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { type Check, Scratch } from './check.js';
import { checksOf, type WriteFunction } from './checks.js';
import { mutantsOf, mutate } from './mutants.js';
import { WriteSide } from './write-side.js';

/** Errors of a mutant that cannot even run would look like a finding. */
const SYNTAX_OR_NAMES = /^(42601|42703|42883|42804|42P\d\d)$/;

const functions = Object.entries(checksOf) as [WriteFunction, readonly Check[]][];

describe.each(functions)('a fault in write.%s', (name, checks) => {
  const mutants = mutantsOf[name];
  let database: TestDatabase;
  let scratch: Scratch;
  let owner: WriteSide;
  let definition: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    scratch = new Scratch(database.url);
    owner = await WriteSide.connect(database.url);
    const [row] = await owner.rows<{ text: string }>(
      'select pg_get_functiondef(oid) as text from pg_proc where proname = $1 and pronamespace = $2::regnamespace',
      [name, 'write'],
    );
    definition = row!.text;
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  it.each(mutants.map((mutant) => [mutant.fault, mutant] as const))('is found when it %s', async (_fault, mutant) => {
    const check = checks.find(({ sentence }) => sentence === mutant.foundBy)!;
    await owner.run(mutate(definition, mutant));
    const found = await check.holds(scratch).then(
      () => undefined,
      (error: unknown) => error as Error & { code?: string },
    );
    await scratch.close();
    await owner.run(definition);

    expect(found).toBeDefined();
    expect(found!.code ?? '').not.toMatch(SYNTAX_OR_NAMES);
  });

  it('can be found by each of its checks', () => {
    const finders = new Set(mutants.map(({ foundBy }) => foundBy));
    expect(checks.map(({ sentence }) => sentence).filter((sentence) => !finders.has(sentence))).toEqual([]);
  });
});
