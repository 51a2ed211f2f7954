import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Ledger } from '../support/ledger.js';
import { Observer } from '../support/observer.js';
import { demographics } from '../support/patients.js';
import type { RealProcess } from '../support/process.js';
import { isReady, Processes, type Ready, readyOf } from '../support/processes.js';
import { promisesHold } from '../support/promises.js';
import { Random } from '../support/random.js';
import { administer, createTestDatabase, databaseUrl, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const RECOVERED_WITHIN_MS = 15_000;
const seed = Random.seed();
/** Clients that register, rename, read by their tokens, and record deaths, without end. */
const USERS = 3;

/** What an administrator, an operator or another program does to the database for a while. */
interface Trouble {
  readonly what: string;
  readonly lastsMs: number;
  readonly begin: (hands: Hands) => Promise<unknown>;
  readonly end: (hands: Hands) => Promise<unknown>;
  /** What `ready` says of it meanwhile. */
  readonly seen: Partial<Record<'database' | 'commands' | 'subscriptions', RegExp>>;
  /** Subscriptions that stop once and go on once, and have a line of the log for each. */
  readonly stopped?: readonly string[];
  /** It stops every subscription, and each has its line. */
  readonly stopsAll?: true;
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

const APPENDS = 'write.append_event, write.append';

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
    what: 'events may not be stored',
    lastsMs: 4500,
    begin: ({ observer }) => observer.rows(`revoke execute on function ${APPENDS} from public, anamnesis_app`),
    end: ({ observer }) => observer.rows(`grant execute on function ${APPENDS} to public, anamnesis_app`),
    seen: { commands: /42501/ },
  },
  {
    what: 'answers to keys may not be stored',
    lastsMs: 4500,
    begin: ({ observer }) => observer.rows(`revoke execute on function write.save_answer from public, anamnesis_app`),
    end: ({ observer }) => observer.rows(`grant execute on function write.save_answer to public, anamnesis_app`),
    seen: { commands: /42501/ },
  },
  {
    what: 'streams may not be loaded',
    lastsMs: 4500,
    begin: ({ observer }) => observer.rows('revoke select on write.events from anamnesis_app'),
    end: ({ observer }) => observer.rows('grant select on write.events to anamnesis_app'),
    seen: { commands: /42501/, subscriptions: /projection:patient_summary@1/ },
    stopsAll: true,
  },
  {
    what: 'the log is locked against writers',
    lastsMs: 8000,
    begin: async ({ holder }) => {
      await holder.rows('begin');
      await holder.rows('lock table write.events in share mode');
    },
    end: ({ holder }) => holder.rows('rollback'),
    seen: { commands: /./ },
  },
  {
    what: 'the database is read only',
    lastsMs: 4500,
    begin: async (hands) => {
      await hands.observer.rows(`alter role ${hands.user} set default_transaction_read_only = on`);
      await disconnect(hands);
    },
    // Nobody ends the sessions that began meanwhile, and they would keep it.
    end: ({ observer, user }) => observer.rows(`alter role ${user} reset default_transaction_read_only`),
    seen: { commands: /25006/ },
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

describe(`trouble of the database (SEED=${seed})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'anamnesis-test-names-'));
  const namesFailWhile = join(folder, 'fail');
  const user = `test_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  const working = { over: false };
  let database: TestDatabase;
  let hands: Hands;
  let api: RealProcess;
  let ledger: Ledger;
  let work: Promise<unknown> | undefined;
  const processes = new Processes(() => asUser());
  /** By a name, so that it has to be resolved, and as a user of its own, whose password can be changed. */
  const asUser = () => {
    const url = new URL(database.url);
    url.hostname = 'localhost';
    url.username = user;
    url.password = password;
    return url.href;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    const observer = await Observer.on(database.url);
    hands = { observer, holder: await Observer.on(database.url), user, password, namesFailWhile };
    await observer.rows(`create role ${user} superuser login password '${password}'`);
    // An administrator's bound on each statement, below what some of the troubles last.
    await observer.rows(`alter role ${user} set statement_timeout = '2s'`);
    api = await processes.start(
      { LOG_LEVEL: 'info', FAILS_WHILE: namesFailWhile },
      { flags: ['--import', './test/support/preload/failing-dns.mjs'] },
    );
    await until(() => isReady(api));
    ledger = new Ledger([api], new Random(seed));
    work = Promise.all(Array.from({ length: USERS }, () => use(ledger, working)));
    await goesOn();
  });
  afterAll(async () => {
    ledger?.close();
    await work;
    await processes.end();
    await hands?.holder.close();
    await hands?.observer.close();
    await database?.drop();
    if (database) await administer(databaseUrl(database.url, 'postgres'), `drop role if exists ${user}`);
    rmSync(folder, { recursive: true });
  });

  const goesOn = async () => {
    const enough = ledger.acknowledged.length + 20;
    await until(() => ledger.acknowledged.length >= enough || !ledger.goesOn, RECOVERED_WITHIN_MS);
    expect(ledger.faults).toEqual([]);
  };
  /** What the process says of itself during a step. */
  const saidDuring = async (step: () => Promise<unknown>): Promise<readonly Ready[]> => {
    const said: Ready[] = [];
    let over = false;
    const watch = (async () => {
      while (!over) {
        said.push(await readyOf(api));
        await pause(200);
      }
    })();
    try {
      await step();
    } finally {
      over = true;
      await watch;
    }
    return said;
  };

  it.each(TROUBLES)(
    'is not the fault of an event, and is over when it is taken back: $what',
    async ({ lastsMs, begin, end, seen, stopped = [], stopsAll }) => {
      const linesBefore = api.stdout.length;
      const said = await saidDuring(async () => {
        await begin(hands);
        await pause(lastsMs);
        await end(hands);
        await until(() => isReady(api), RECOVERED_WITHIN_MS);
      });
      await goesOn();

      for (const [check, detail] of Object.entries(seen)) {
        const notOk = said.filter(({ body }) => !body.checks[check as keyof typeof seen].ok);
        expect(notOk).not.toEqual([]);
        expect(notOk.every(({ status }) => status === 503)).toBe(true);
        expect(notOk.map(({ body }) => body.checks[check as keyof typeof seen].detail).join()).toMatch(detail);
      }
      const lines = api.stdout.slice(linesBefore).split('\n');
      for (const name of stopped) expect(lines.filter((line) => line.includes(name))).toHaveLength(2);
      expect(lines.filter((line) => /"level":"(error|fatal)"/.test(line)).length).toBeLessThan(stopsAll ? 30 : 20);
      expect(await hands.observer.setAside()).toEqual([]);
    },
    60_000,
  );

  it('has cost nothing: every event was projected, and every death was answered by its sagas', async () => {
    working.over = true;
    await work;
    await promisesHold(database.url, ledger);
    const unanswered = await hands.observer.rows(`
      select stream_id, saga from write.events
      cross join unnest(array['saga:CancelAppointmentsOfDeceased', 'saga:HoldMedicationsOfLostPatient']) saga
      where type = 'patients.patient-deceased' and not exists (
        select from write.pending_commands c where c.event_id = events.event_id and c.saga = saga.saga)`);
    expect(unanswered).toEqual([]);
    expect(api.stderr).toBe('');
  }, 90_000);
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
