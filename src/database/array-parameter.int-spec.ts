import fc from 'fast-check';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { arrayOf, arrayParameter } from './array-parameter.js';
import { types } from './types.js';

describe('an array parameter', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url, types });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const elementsOf = async (elements: readonly (string | number | boolean | null)[], type: string) => {
    const text = `select element from unnest(${arrayOf('$1', type)}) with ordinality e (element, n) order by n`;
    const { rows } = await client.query<{ element: unknown }>(text, [arrayParameter(elements, type)]);
    return rows.map(({ element }) => element);
  };
  const stored = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));

  it('of text arrives as it was, whatever is in it', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.option(stored)), async (elements) => {
        expect(await elementsOf(elements, 'text')).toEqual(elements);
      }),
      { examples: [[['', 'NULL', '"', '\\', '{}', ',', "'", '\u001f', '\u001e', ' a ']], [[null]], [[]]] },
    ));

  it.each(['json', 'jsonb'])('of %s arrives as it was, whatever is in it', (type) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.array(stored))), async (elements) => {
        const texts = elements.map((element) => element && JSON.stringify(element));
        expect(await elementsOf(texts, type)).toEqual(elements);
      }),
      { examples: [[[['\u001f', '\u001e']]], [[null]], [[null, []]], [[]]] },
    ),
  );

  it.each([
    ['int', [1, null, -3]],
    ['double precision', [0.5, null]],
    ['boolean', [true, null, false]],
    ['uuid', ['018f0000-0000-7000-8000-000000000001', null]],
    ['timestamptz', ['2026-03-01T09:00:00.123Z', null, '0800-03-01T09:00:00.000Z']],
    ['date', ['2026-03-01', null]],
  ])('of %s arrives as it was', async (type, elements) => {
    expect(await elementsOf(elements, type)).toEqual(elements);
  });
});
