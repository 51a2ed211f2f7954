import { randomUUID } from 'node:crypto';
import type { QueryResultRow } from 'pg';
import type { Queryable } from '../../src/database/database.js';
import { Housekeeping } from '../../src/event-sourcing/housekeeping/housekeeping.js';
import { RETENTION } from '../../src/event-sourcing/housekeeping/retention.js';
import { newId } from '../../src/event-sourcing/index.js';
import { SystemScheduler } from '../../src/event-sourcing/scheduling/system-scheduler.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { Count } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';
import { WriteSide } from './sql/write-side.js';

const queryable = (on: WriteSide): Queryable => ({
  query: <Row extends QueryResultRow>({ text }: { text: string }, values: readonly unknown[] = []) =>
    on.rows<Row>(text, values),
});

describe('housekeeping', () => {
  let database: TestDatabase;
  let owner: WriteSide;
  let app: WriteSide;
  let housekeeping: Housekeeping;
  beforeEach(async () => {
    database = await createTestDatabase();
    [owner, app] = [await WriteSide.connect(database.url), await WriteSide.connect(database.url)];
    await app.run('set role anamnesis_app');
    housekeeping = new Housekeeping(queryable(app), RETENTION, new SystemScheduler());
  });
  afterEach(async () => {
    await Promise.all([owner.end(), app.end()]);
    await database.drop();
  });

  /** Commands that came to an end so many days ago; `pending` ones have none. */
  const commands = (status: string, name: string, daysAgo: number, count = 1) =>
    owner.rows(
      `insert into write.pending_commands (id, saga, event_id, index, name, payload, metadata, due_at, status, created_at, finished_at)
       select gen_random_uuid(), 'saga:Some', gen_random_uuid(), 0, $2, '{}', '{}', now() - interval '1 year', $1,
         now() - interval '1 year', case when $1 <> 'pending' then now() - make_interval(days => $3) end
       from generate_series(1, $4)`,
      [status, name, daysAgo, count],
    );
  const names = async (table: string, column: string) =>
    (await owner.rows<{ name: string }>(`select ${column} as name from write.${table} order by 1`)).map(
      ({ name }) => name,
    );

  it('forgets commands that are done or withdrawn after a week, refused ones after 90 days, and no others', async () => {
    await commands('done', 'done 8', 8);
    await commands('done', 'done 6', 6);
    await commands('cancelled', 'cancelled 8', 8);
    await commands('cancelled', 'cancelled 6', 6);
    await commands('refused', 'refused 91', 91);
    await commands('refused', 'refused 89', 89);
    await commands('dead', 'dead', 300);
    await commands('pending', 'pending', 0);
    expect(await housekeeping.sweep()).toBe(true);
    expect(await names('pending_commands', 'name')).toEqual(['cancelled 6', 'dead', 'done 6', 'pending', 'refused 89']);
  });

  it('forgets answers to idempotency keys after a week', async () => {
    for (const days of [6, 8]) {
      await owner.rows(
        `insert into write.idempotency_keys (actor, key, request_hash, position, versions, created_at)
         values ('anna', $1, 'hash', 1, '{}', now() - make_interval(days => $2))`,
        [`key ${days}`, days],
      );
    }
    await housekeeping.sweep();
    expect(await names('idempotency_keys', 'key')).toEqual(['key 6']);
  });

  it('forgets what was set aside for a subscription that is gone, and nothing that may still be made up for', async () => {
    const letter = (subscription: string, days: number) =>
      owner.rows(
        `insert into write.dead_letters (subscription, position, stream_id, event_id, type, error, attempts, parked_at)
         values ($1, 1, gen_random_uuid(), gen_random_uuid(), 'engine.counted', 'Error', 4, now() - make_interval(days => $2))`,
        [subscription, days],
      );
    // Held by nobody for a year, and of a class that no build may have: its row says that somebody may come back to it.
    await owner.run(
      `insert into write.subscriptions (name, updated_at) values ('saga:OfAnotherBuild', now() - interval '1 year')`,
    );
    await letter('saga:OfAnotherBuild', 300);
    await letter('saga:Gone', 91);
    await letter('saga:JustGone', 89);
    await housekeeping.sweep();
    expect(await names('dead_letters', 'subscription')).toEqual(['saga:JustGone', 'saga:OfAnotherBuild']);
  });

  it('forgets processes whose lease ended a day ago', async () => {
    await owner.run(
      `insert into write.workers values (1, now() - interval '25 hours'), (2, now() - interval '23 hours')`,
    );
    await housekeeping.sweep();
    expect(await names('workers', 'owner')).toEqual([2]);
  });

  it('takes all of many, batch by batch', async () => {
    await commands('done', 'done', 8, 1_200);
    await housekeeping.sweep();
    expect(await names('pending_commands', 'name')).toEqual([]);
  });

  it('neither waits for what another has locked, nor takes it', async () => {
    await commands('done', 'locked', 8);
    await commands('done', 'free', 8);
    await owner.run('begin');
    await owner.run(`select from write.pending_commands where name = 'locked' for update`);
    expect(await housekeeping.sweep()).toBe(true);
    expect(await names('pending_commands', 'name')).toEqual(['locked']);
    await owner.run('rollback');
  });

  it('leaves all to another process whose turn it is', async () => {
    const another = await WriteSide.connect(database.url);
    await commands('done', 'done', 8);
    await another.run('begin');
    await another.run('select pg_advisory_xact_lock(1634623853, 2)');
    await housekeeping.sweep();
    expect(await names('pending_commands', 'name')).toEqual(['done']);
    await another.run('rollback');
    await another.end();
    await housekeeping.sweep();
    expect(await names('pending_commands', 'name')).toEqual([]);
  });

  it('lets nobody make a command again that it has forgotten', async () => {
    const step = { subscription: 'saga:Some', from: 40, to: 41, epoch: 3 };
    const emit = async () => {
      await app.run('begin');
      await app.rows(
        `insert into write.pending_commands (id, saga, event_id, index, name, payload, metadata, due_at)
         values ($1, 'saga:Some', $2, 0, 'once', '{}', '{}', now()) on conflict do nothing`,
        [randomUUID(), eventId],
      );
      const refused = await app.checkpoint(step).then(
        () => false,
        () => true,
      );
      await app.run(refused ? 'rollback' : 'commit');
      return !refused;
    };
    const eventId = randomUUID();
    await owner.run(`insert into write.subscriptions (name, position, epoch) values ('saga:Some', 40, 3)`);
    expect(await emit()).toBe(true);
    await owner.run(`update write.pending_commands set status = 'done', finished_at = now() - interval '8 days'`);
    await housekeeping.sweep();
    expect(await names('pending_commands', 'name')).toEqual([]);
    expect(await emit()).toBe(false);
    expect(await names('pending_commands', 'name')).toEqual([]);
  });
});

describe('a saga whose commands are forgotten', () => {
  it('does not make them again, whoever takes it over', async () => {
    const database = await createEngineDatabase();
    const before = await Engine.start(database.url);
    await before.settle();
    for (let n = 0; n < 3; n++) await before.execute(new Count(newId()));
    await before.settle();
    const done = `select from write.pending_commands where status = 'done'`;
    expect(await before.rows(done)).toHaveLength(3);
    await before.rows(`update write.pending_commands set finished_at = now() - interval '8 days'`);
    expect(await before.app.get(Housekeeping).sweep()).toBe(true);
    expect(await before.rows(done)).toHaveLength(0);
    await before.stop();

    const after = await Engine.start(database.url);
    await after.settle();
    await after.execute(new Count(newId()));
    await after.settle();
    expect(await after.rows(done)).toHaveLength(1);
    await after.stop();
    await database.drop();
  });
});
