import { openLanes } from '../../test/support/lanes.js';
import { administer, createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { typeOrmOptions } from './data-source.js';
import { sql } from './sql.js';

describe('the sessions of the application', () => {
  let own: TestDatabase;
  beforeAll(async () => (own = await createTestDatabase()));
  afterAll(() => own.drop());

  const settings = sql`
    select current_setting('role') as role, current_setting('TimeZone') as zone, current_setting('geqo') as geqo`;

  it('work as its role and in UTC, whatever else the URL asks for', async () => {
    const url = new URL(own.url);
    url.searchParams.set('options', '-c geqo=off -c timezone=Europe/Berlin');
    const options = typeOrmOptions({ url: url.href, poolSize: 1, role: 'anamnesis_app' });
    expect(options.url).toBe(own.url);
    expect(options.extra.options).toMatch(/^-c geqo=off .* -c timezone=UTC .*-c role=anamnesis_app/);
    const { database, close } = await openLanes(url.href);
    expect(await database.query(settings)).toEqual([{ role: 'none', zone: 'UTC', geqo: 'off' }]);
    await close();
  });

  it('read instants where the database writes dates in another style, and what is no instant as it is', async () => {
    await administer(own.url, `alter database ${new URL(own.url).pathname.slice(1)} set datestyle = 'German, DMY'`);
    const { database, close } = await openLanes(own.url);
    const [row] = await database.query(
      sql`select timestamptz '2026-03-01 09:00:00+00' as at, timestamptz 'infinity' as never, date '2026-03-01' as day`,
    );
    await close();
    expect(row).toEqual({ at: '2026-03-01T09:00:00.000Z', never: 'infinity', day: '2026-03-01' });
  });
});
