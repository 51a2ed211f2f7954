import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../support/client.js';
import type { Build } from '../support/builds.js';
import { brokenBuild, nextBuild, UNREADABLE } from '../support/next-build.js';
import { Observer } from '../support/observer.js';
import { appendToPatient, Desk } from '../support/patients.js';
import type { RealProcess } from '../support/process.js';
import { isReady, linesOf, Processes, readyOf } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

describe('an event that this build cannot read', () => {
  let database: TestDatabase;
  let observer: Observer;
  const builds: Build[] = [];
  const processes = new Processes(() => database.url);

  beforeEach(async () => {
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
  });
  afterEach(async () => {
    await processes.end();
    await observer.close();
    await database.drop();
    for (const build of builds.splice(0)) build.remove();
  });

  const startReady = async (env?: Readonly<Record<string, string>>, build?: Build) => {
    const api = await processes.start(env, build && { build });
    if (build) builds.push(build);
    await until(() => isReady(api));
    return api;
  };
  const allAreAtTheHead = async () => {
    const head = await observer.head();
    await until(async () => (await observer.behind(head)).length === 0);
  };
  const summaryOf = (id: string) =>
    observer.value<{ version: number } | null>(`select document from read.patient_summary where id = $1`, [id]);

  /** Whatever has to load the stream. The read models can still be read. */
  const loadsSayThatItIsUnreadable = async (desk: Desk, id: string, version: number) => {
    const moment = encodeURIComponent(new Date().toISOString());
    for (const answer of [
      await desk.rename(id, 'Byron', version),
      await desk.recordDeath(id),
      await desk.client.get(`/v1/patients/${id}/history`),
      await desk.client.get(`/v1/patients/${id}?asOf=${moment}`),
    ]) {
      expect(unreadable(answer)).toEqual(UNREADABLE_STREAM);
    }
    expect((await desk.client.get(`/v1/patients/${id}`)).status).toBe(200);
    // Who asks the stream for facts that are not in that event is answered.
    const start = new Date(Date.now() - 1000).toISOString();
    const encounter = await desk.client.post('/v1/encounters', { patientId: id, class: 'AMB', start });
    expect(encounter.status).toBe(201);
  };
  const othersAreServed = async (desk: Desk) => {
    const other = await desk.registersAndReads();
    const renamed = await desk.rename(other.id, 'Murray', 1);
    expect(renamed.status).toBe(200);
    const read = await desk.read({ id: other.id, token: renamed.headers.get('consistency-token')! });
    expect([read.status, read.body.name.family]).toEqual([200, 'Murray']);
    expect((await desk.client.get(`/v1/patients/${other.id}/history`)).body.items).toHaveLength(2);
  };
  /** Not a line per look at the log. */
  const isQuiet = async (api: RealProcess) => {
    const before = linesOf(api, /"level":"(warn|error|fatal)"/).length;
    await pause(2000);
    expect(linesOf(api, /"level":"(warn|error|fatal)"/).length - before).toBeLessThanOrEqual(2);
  };

  it('for it knows no such type is nobody else’s problem', async () => {
    const api = await startReady();
    const desk = new Desk(api.client('practitioner'));
    const { id } = await desk.registersAndReads('Lovelace');
    await appendToPatient(observer, id, 1, { type: 'patients.patient-beamed-up' });

    await othersAreServed(desk);
    await allAreAtTheHead();
    await loadsSayThatItIsUnreadable(desk, id, 2);
    expect(await readyOf(api)).toMatchObject({ status: 200 });
    await isQuiet(api);

    // Nor after a restart, when all of it is met at once.
    await api.restart();
    await until(() => isReady(api));
    await othersAreServed(new Desk(api.client('practitioner')));
    await allAreAtTheHead();
    expect(await observer.setAside()).toEqual([]);
  });

  it('in a newer version of a type that it handles is set aside, until a build comes that can', async () => {
    const api = await startReady();
    const desk = new Desk(api.client('practitioner'));
    const { id } = await desk.registersAndReads('Lovelace');
    const identifier = { system: 'urn:oid:1.2.3', value: 'A-1', type: 'PN' };
    const at = await appendToPatient(observer, id, 1, {
      type: 'patients.identifier-assigned',
      version: 2,
      data: { identifier, verified: true },
    });
    const later = await appendToPatient(observer, id, 2, { type: 'patients.patient-death-reverted', data: {} });

    await othersAreServed(desk);
    await allAreAtTheHead();
    await loadsSayThatItIsUnreadable(desk, id, 3);
    const setAside = (await observer.setAside()).filter(({ subscription }) => /patient_summary/.test(subscription));
    expect(setAside).toMatchObject([
      { position: at, kind: 'unreadable' },
      { position: later, kind: 'behind' },
    ]);
    expect(await readyOf(api)).toMatchObject({ status: 200, body: { checks: { subscriptions: { degraded: true } } } });
    await isQuiet(api);

    await api.stop();
    const next = await startReady({ MOVES_FILE: '/dev/null' }, nextBuild());
    await until(async () => (await observer.setAside()).length === 0);
    expect(await summaryOf(id)).toMatchObject({ version: 3, identifiers: [expect.anything(), identifier] });
    await until(async () => (await readyOf(next)).body.checks.subscriptions.degraded !== true);
    expect((await new Desk(next.client('practitioner')).rename(id, 'Byron', 3)).status).toBe(200);
  });

  it('for an upcaster throws is set aside, until the build is mended', async () => {
    const api = await processes.start({ ROLE: 'api' });
    const desk = new Desk(api.client('practitioner'));
    const [one, other] = [await desk.register(), await desk.register()];
    expect((await desk.rename(one.id, UNREADABLE, 1)).status).toBe(200);
    expect((await desk.recordDeath(one.id)).status).toBe(200);
    expect((await desk.rename(other.id, 'Murray', 1)).status).toBe(200);
    await api.stop();

    const broken = await startReady({}, brokenBuild());
    const deskOfBroken = new Desk(broken.client('practitioner'));
    await othersAreServed(deskOfBroken);
    await allAreAtTheHead();
    expect(await summaryOf(other.id)).toMatchObject({ version: 2, name: { family: 'Murray' } });
    expect(await summaryOf(one.id)).toMatchObject({ version: 1 });
    expect(await readyOf(broken)).toMatchObject({
      status: 200,
      body: { checks: { subscriptions: { degraded: true } } },
    });
    await loadsSayThatItIsUnreadable(deskOfBroken, one.id, 3);
    await isQuiet(broken);
    // Sagas that do not handle it are not held up by it.
    const answered = await observer.rows(`select from write.pending_commands where saga ~ 'Deceased|Lost'`);
    expect(answered.length).toBeGreaterThan(0);
    await broken.stop();

    const mended = await startReady();
    await until(async () => (await observer.setAside()).length === 0);
    expect(await summaryOf(one.id)).toMatchObject({ version: 3, name: { family: UNREADABLE } });
    expect(await readyOf(mended)).toMatchObject({ status: 200 });
  });
});

const UNREADABLE_STREAM = {
  status: 503,
  code: 'stream-unreadable',
  type: expect.stringMatching('application/problem\\+json') as string,
  retryAfter: expect.stringMatching(/^\d+$/) as string,
};

const unreadable = ({ status, headers, body }: Answer) => ({
  status,
  code: String(body.code),
  type: headers.get('content-type'),
  retryAfter: headers.get('retry-after'),
});
