import { type Build, buildWith } from '../support/builds.js';
import { Observer } from '../support/observer.js';
import { Desk } from '../support/patients.js';
import type { RealProcess } from '../support/process.js';
import { isReady, Processes, readyOf } from '../support/processes.js';
import { Program } from '../support/program.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const SUBSCRIPTION = 'projection:patient_summary@1';
const SIGNED = ['--by', 'Ada', '--reason', 'the projection is mended'];

/** A build whose patient summaries fail at one name. */
const brokenBuild = () =>
  buildWith({
    'src/patients/read-models/patient-summary.ts': [
      [
        'onDemographicsChanged(row: PatientSummary, event: DemographicsChanged): PatientSummary {',
        `onDemographicsChanged(row: PatientSummary, event: DemographicsChanged): PatientSummary {
          if (event.data.name?.family === 'Pothole') throw new Error('fell into it');`,
      ],
    ],
  });

describe('npm run ops', () => {
  let broken: Build;
  let database: TestDatabase;
  let observer: Observer;
  const processes = new Processes(() => database.url);

  beforeAll(() => (broken = brokenBuild()));
  afterAll(() => broken?.remove());
  beforeEach(async () => {
    database = await createTestDatabase();
    observer = await Observer.on(database.url);
  });
  afterEach(async () => {
    await processes.end();
    await observer?.close();
    await database?.drop();
  });

  const ops = async (...args: string[]) => {
    const program = new Program('dist/src/ops/main.js', args, database.url);
    const code = await program.exit;

    return { code, stderr: program.stderr, answer: program.stdout ? JSON.parse(program.stdout) : undefined };
  };
  const aside = () =>
    observer.rows<{ kind: string; version: number }>(
      `select kind, stream_version as version from write.dead_letters join write.events using (position)
       where subscription = $1 order by position`,
      [SUBSCRIPTION],
    );
  /** Somebody is registered, and gets a name that the broken build cannot take, and four more. */
  const fallsIn = async (api: RealProcess) => {
    const desk = new Desk(api.client('receptionist'));
    const { id } = await desk.registersAndReads();
    for (const [i, family] of ['Pothole', 'Second', 'Third', 'Fourth', 'Last'].entries()) {
      expect((await desk.rename(id, family, i + 1)).status).toBe(200);
    }
    await until(async () => (await aside()).length === 5);
    return { id, desk };
  };
  const readsLast = (desk: Desk, id: string) =>
    until(async () => {
      const { status, body } = await desk.client.get(`/v1/patients/${id}`);
      return status === 200 && body.name.family === 'Last' && body.version === 6;
    }, 20_000);

  it('has what failed in a build tried again by the next one, in order', async () => {
    const former = await processes.start({}, { build: broken });
    const { id } = await fallsIn(former);
    await former.stop();
    const api = await processes.start();
    await until(() => isReady(api));
    const desk = new Desk(api.client('receptionist'));
    // nobody tries again by themselves what has failed
    expect((await readyOf(api)).body.checks.subscriptions).toMatchObject({ ok: true, degraded: true });
    const listed = await ops('dead-letters', 'list');
    expect(listed.answer).toMatchObject([
      { subscription: SUBSCRIPTION, streamId: id, events: 5, kind: 'failed', error: 'Error: fell into it' },
    ]);

    const retried = await ops('dead-letters', 'retry', '--subscription', SUBSCRIPTION, '--stream', id, ...SIGNED);
    expect([retried.code, retried.stderr]).toEqual([0, '']);
    await readsLast(desk, id);
    expect(await aside()).toEqual([]);
    await until(async () => (await readyOf(api)).body.checks.subscriptions.degraded !== true);
    expect((await ops('acts', 'list')).answer).toMatchObject([
      {
        act: 'dead-letters.retry',
        by: 'Ada',
        reason: 'the projection is mended',
        target: { streams: [{ streamId: id }] },
      },
    ]);
  }, 90_000);

  it('beside the build that failed, leaves it set aside in its order until it is discarded; the later ones are then handled', async () => {
    const api = await processes.start({}, { build: broken });
    const { id, desk } = await fallsIn(api);
    const scope = ['--subscription', SUBSCRIPTION, '--stream', id];
    expect((await ops('dead-letters', 'retry', ...scope, ...SIGNED)).code).toBe(0);
    await until(async () => (await aside())[0]?.kind === 'failed');
    expect((await aside()).map(({ version }) => version)).toEqual([2, 3, 4, 5, 6]);

    const unsigned = await ops('dead-letters', 'discard', ...scope);
    expect(unsigned).toMatchObject({ code: 1, stderr: '--by is missing\n' });
    expect((await aside()).length).toBe(5);
    const discarded = await ops(
      'dead-letters',
      'discard',
      ...scope,
      '--by',
      'Ada',
      '--reason',
      'nobody is called that',
    );
    expect(discarded.answer).toMatchObject([{ kind: 'failed', type: 'patients.demographics-changed' }]);
    await readsLast(desk, id);
    expect(await aside()).toEqual([]);
    expect(
      await observer.value(`select count(*)::int from write.operator_acts where reason = 'nobody is called that'`),
    ).toBe(1);
  }, 90_000);

  it('while the mended build runs beside the other one, has it made up for in the end, and serves all the time', async () => {
    const former = await processes.start({}, { build: broken });
    const { id } = await fallsIn(former);
    const api = await processes.start();
    const desk = new Desk(api.client('receptionist'));
    await until(async () => {
      await desk.registersAndReads();
      await ops('dead-letters', 'retry', '--subscription', SUBSCRIPTION, '--all', ...SIGNED);
      await desk.registersAndReads();
      const { body } = await desk.client.get(`/v1/patients/${id}`);
      if (body.version === 6) return true;
      // the holder is the one that cannot: it leaves, as in a rolling deploy
      await former.stop();
      return false;
    }, 60_000);
    await readsLast(desk, id);
  }, 90_000);

  it.each([
    [['dead-letters', 'sweep'], /^The order is none of those/],
    [['commands', 'run', '0198c0de-0000-7000-8000-000000000001', ...SIGNED], /^There is no command 0198c0de/],
  ])('%j is refused in one line, with exit 1', async (args, line) => {
    const { code, stderr } = await ops(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
