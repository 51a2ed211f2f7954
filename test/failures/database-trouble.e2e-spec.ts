import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Ledger } from '../support/ledger.js';
import { Observer } from '../support/observer.js';
import { demographics } from '../support/patients.js';
import type { RealProcess } from '../support/process.js';
import { isReady, linesOf, Processes, type Ready, readyOf } from '../support/processes.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { administer, createTestDatabase, databaseUrl, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const RECOVERED_WITHIN_MS = 15_000;
/** Clients that register, rename, read by their tokens, and record deaths, without end. */
const USERS = 3;

/** What an administrator, an operator or another program does to the database for a while. */
interface Trouble {
  readonly what: string;
  readonly lastsMs: number;
  readonly begin: (hands: Hands) => Promise<unknown>;
  readonly end: (hands: Hands) => Promise<unknown>;
  /** What `ready` says of it meanwhile. */
  readonly seen: Partial<Record<'database' | 'subscriptions', RegExp>>;
  /** Subscriptions that stop once and go on once, and have a line of the log for each. */
  readonly stopped?: readonly string[];
}

interface Hands {
  readonly observer: Observer;
  /** Another connection, to hold what is taken. */
  readonly holder: Observer;
  readonly user: string;
  readonly password: string;
  /** No name can be resolved while there is such a file. */
  readonly namesFailWhile: string;
}

const disconnect = ({ observer, user }: Hands) =>
  observer.rows(`select pg_terminate_backend(pid) from pg_stat_activity where usename = $1`, [user]);

const TROUBLES: readonly Trouble[] = [
  {
    what: 'a column of a read table has another name',
    lastsMs: 4500,
    begin: ({ observer }) => observer.rows('alter table read.patient_summary rename deceased to has_died'),
    end: ({ observer }) => observer.rows('alter table read.patient_summary rename has_died to deceased'),
    seen: { subscriptions: /projection:patient_summary@1/ },
    stopped: ['projection:patient_summary@1'],
  },
  {
    what: 'a read table may not be written',
    lastsMs: 4500,
    begin: ({ observer }) => observer.rows('revoke insert, update on read.patient_summary from anamnesis_app'),
    end: ({ observer }) => observer.rows('grant insert, update on read.patient_summary to anamnesis_app'),
    seen: { subscriptions: /projection:patient_summary@1/ },
    stopped: ['projection:patient_summary@1'],
  },
  {
    what: 'commands of sagas may not be stored',
    lastsMs: 4500,
    begin: ({ observer }) => observer.rows('revoke insert on write.pending_commands from anamnesis_app'),
    end: ({ observer }) => observer.rows('grant insert on write.pending_commands to anamnesis_app'),
    seen: { subscriptions: /saga:CancelAppointmentsOfDeceased/ },
    stopped: ['saga:CancelAppointmentsOfDeceased', 'saga:HoldMedicationsOfLostPatient'],
  },
  {
    what: 'an operator cancels whatever runs',
    lastsMs: 0,
    begin: async ({ observer, user }) => {
      const end = Date.now() + 3000;
      while (Date.now() < end) {
        await observer.rows(
          `select pg_cancel_backend(pid) from pg_stat_activity where usename = $1 and state = 'active'`,
          [user],
        );
        await pause(5);
      }
    },
    end: async () => undefined,
    seen: {},
  },
  {
    what: 'a read table is locked for longer than a statement may take',
    lastsMs: 8000,
    begin: async ({ holder }) => {
      await holder.rows('begin');
      await holder.rows('lock table read.patient_summary in access exclusive mode');
    },
    end: ({ holder }) => holder.rows('rollback'),
    seen: { subscriptions: /projection:patient_summary@1/ },
  },
  {
    what: 'the password was changed',
    lastsMs: 4500,
    begin: async (hands) => {
      await hands.observer.rows(`alter role ${hands.user} password 'another'`);
      await disconnect(hands);
    },
    end: ({ observer, user, password }) => observer.rows(`alter role ${user} password '${password}'`),
    seen: { database: /./ },
  },
  {
    what: 'the name of its host cannot be resolved',
    lastsMs: 4500,
    begin: async (hands) => {
      writeFileSync(hands.namesFailWhile, '');
      await disconnect(hands);
    },
    end: async ({ namesFailWhile }) => rmSync(namesFailWhile),
    seen: { database: /./ },
  },
];

describe('trouble of the database', () => {
  const seed = Random.seed();
  const folder = mkdtempSync(join(tmpdir(), 'anamnesis-test-names-'));
  const namesFailWhile = join(folder, 'fail');
  let user: string;
  const password = randomBytes(8).toString('hex');
  let database: TestDatabase;
  let observer: Observer;
  let holder: Observer;
  let ledger: Ledger | undefined;
  const processes = new Processes(() => asUser());
  /** By a name, so that it has to be resolved, and as a user of its own, whose password can be changed. */
  const asUser = () => {
    const url = new URL(database.url);
    url.hostname = 'localhost';
    url.username = user;
    url.password = password;
    return url.href;
  };

  beforeEach(async () => {
    user = `test_${randomBytes(4).toString('hex')}`;
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
    holder = await Observer.on(database.url);
    await observer.rows(`create role ${user} superuser login password '${password}'`);
    // An administrator's bound on each statement, below what some of the troubles last.
    await observer.rows(`alter role ${user} set statement_timeout = '2s'`);
  });
  afterEach(async () => {
    ledger?.close();
    await processes.end();
    await holder.close();
    await observer.close();
    await database.drop();
    await administer(databaseUrl(database.url, 'postgres'), `drop role ${user}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(TROUBLES)(
    'is not the fault of an event, and is over when it is taken back: $what',
    async ({ lastsMs, begin, end, seen, stopped = [] }) => {
      const hands = { observer, holder, user, password, namesFailWhile };
      const api = await processes.start(
        { LOG_LEVEL: 'info', FAILS_WHILE: namesFailWhile },
        { flags: ['--import', './test/support/preload/failing-dns.mjs'] },
      );
      await until(() => isReady(api));
      ledger = new Ledger([api], new Random(seed));
      const book = ledger;
      const working = { over: false };
      const work = Promise.all(Array.from({ length: USERS }, () => use(book, working)));
      await until(() => book.acknowledged.length > 20);

      const said: Ready[] = [];
      const watching = { over: false };
      const watch = (async () => {
        while (!watching.over) {
          said.push(await readyOf(api));
          await pause(200);
        }
      })();
      await begin(hands);
      await pause(lastsMs);
      await end(hands);
      const since = Date.now();
      await until(() => isReady(api), RECOVERED_WITHIN_MS);
      watching.over = true;
      await watch;
      const acknowledged = book.acknowledged.length;
      await until(() => book.acknowledged.length > acknowledged + 20 || book.faults.length > 0, RECOVERED_WITHIN_MS);
      expect(book.faults).toEqual([]);
      console.log(
        `Ready ${Date.now() - since} ms after it was taken back; ${book.unavailable} requests were answered 503`,
      );
      working.over = true;
      await work;

      for (const [check, detail] of Object.entries(seen)) {
        const notOk = said.filter(({ body }) => !body.checks[check as keyof typeof seen].ok);
        expect(notOk).not.toEqual([]);
        expect(notOk.every(({ status }) => status === 503)).toBe(true);
        expect(notOk.map(({ body }) => body.checks[check as keyof typeof seen].detail).join()).toMatch(detail);
      }
      for (const name of stopped) expect(linesOf(api, new RegExp(name))).toHaveLength(2);
      expect(linesOf(api, /"level":"(error|fatal)"/).length).toBeLessThan(20);
      await promisesHold(database.url, book);
      // No death is without an answer of its sagas.
      const unanswered = await observer.rows(`
        select stream_id, saga from write.events
        cross join unnest(array['saga:CancelAppointmentsOfDeceased', 'saga:HoldMedicationsOfLostPatient']) saga
        where type = 'patients.patient-deceased' and not exists (
          select from write.pending_commands c where c.event_id = events.event_id and c.saga = saga.saga)`);
      expect(unanswered).toEqual([]);
      expect(await alive(api)).toBe(true);
    },
    120_000,
  );
});

async function use(ledger: Ledger, working: { readonly over: boolean }): Promise<void> {
  while (!working.over && ledger.goesOn) {
    const registered = await ledger.command('receptionist', 'POST', '/v1/patients', demographics('Lovelace'));
    if (!registered) continue;
    const id = String(registered.body.id);
    const renamed = await ledger.command(
      'receptionist',
      'PUT',
      `/v1/patients/${id}/demographics`,
      { change: 'new', ...demographics('Byron') },
      { 'if-match': '"1"' },
    );
    const token = renamed?.headers.get('consistency-token');
    const read = await ledger.read('receptionist', `/v1/patients/${id}`, token ? { 'consistency-token': token } : {});
    if (read && read.body.name?.family !== 'Byron')
      ledger.faults.push(`${id} was read as ${JSON.stringify(read.body)}`);
    await ledger.command('practitioner', 'POST', `/v1/patients/${id}/death`, {
      deceasedAt: new Date(Date.now() - 1000).toISOString(),
    });
    await pause(20);
  }
}

const alive = async (api: RealProcess) => (await api.client().get('/health/live')).status === 200;
