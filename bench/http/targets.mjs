// The servers that are compared: the CRUD peer and this project's API, each a process of its own with a database of its own.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { built, dist } from '../lib/built.mjs';
import { node, stopChild } from '../lib/children.mjs';
import { root, scratch } from '../lib/config.mjs';
import { generatePatients, weeklyHours } from '../lib/generate.mjs';
import { sleep } from '../lib/measure.mjs';
import { checkpoint, freePort, freshDatabase, run } from '../lib/postgres.mjs';
import { profilerPreload } from '../lib/profile.mjs';
import { schema, seedSql } from './seed.mjs';

async function answering(child, url) {
  for (let i = 0; i < 600; i++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    if (response && response.status < 500) return;
    await sleep(100);
  }
  throw new Error('the server does not answer');
}

function fileOf(name, lines) {
  const file = path.join(scratch, name);
  writeFileSync(file, lines.join('\n'));
  return file;
}

/** The plain NestJS and TypeORM server, on Fastify as ours. */
export async function crudTarget(patients) {
  const url = await freshDatabase(`crud_${patients}`, (client) => client.query(schema));
  await run(url, seedSql(patients));
  await run(url, 'vacuum analyze');
  await checkpoint();
  const { rows } = await run(url, 'select id from patients');
  const port = await freePort();
  const env = { NODE_ENV: 'production', HTTP_ADAPTER: 'fastify', DATABASE_URL: url, PORT: String(port) };
  const child = node(['dist/main.js'], { cwd: path.join(import.meta.dirname, '../crud-peer'), env });
  const origin = `http://127.0.0.1:${port}`;
  await answering(child, origin);
  const before = async (op) => {
    if (op !== 'update') return;
    // its updates expect version 1
    await run(url, 'update patients set version = 1 where version <> 1');
    await run(url, 'vacuum patients');
  };
  const ids = rows.map(({ id }) => id);
  const idsFile = fileOf(`ids-crud-${patients}`, ids);
  return { child, pid: child.pid, origin, url, dialect: 'crud', idsFile, before, stop: () => stopChild(child) };
}

/** As `npm start` gives them. */
const heapFlags = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).config.heap.split(' ');

/**
 * Our API with so many patients: with its projections and sagas in the same process, its checks of token and roles, and everything
 * durable. It logs errors only, as the peer does.
 */
export async function anamnesisTarget(
  patients,
  { name = `anamnesis_${patients}`, generate = generatePatients, profile = false, beforeStart } = {},
) {
  const { migrateDatabase } = await built('database/migrations');
  const url = await freshDatabase(name, (_client, fresh) => migrateDatabase({ url: fresh, poolSize: 2 }));
  const ids = await generate(url, patients);
  await beforeStart?.(url);
  const port = await freePort();
  const env = { NODE_ENV: 'development', LOG_LEVEL: 'error', DATABASE_URL: url, PORT: String(port), HOST: '127.0.0.1' };
  const preload = profile ? ['--import', profilerPreload] : [];
  const child = node([...preload, ...heapFlags, path.join(dist, 'src/main.js')], {
    cwd: path.dirname(dist),
    env,
    ipc: profile,
  });
  const origin = `http://127.0.0.1:${port}`;
  const started = performance.now();
  await answering(child, `${origin}/health/ready`);
  await caughtUp(url);
  const projectedIn = (performance.now() - started) / 1000;
  await run(url, 'vacuum analyze');
  await checkpoint();
  const { access_token: token } = await post(origin, '/dev/token', { role: 'receptionist' });
  return {
    child,
    pid: child.pid,
    origin,
    url,
    token,
    dialect: 'anamnesis',
    ids,
    idsFile: fileOf(`ids-${name}`, ids),
    projectedIn,
    before: () => caughtUp(url),
    stop: () => stopChild(child),
  };
}

const BOOKABLE = 500;

/** Gives the API practitioners who work day and night, and a service of 20 minutes. */
export async function openForBookings(target) {
  const { origin, token } = target;
  const resources = [];
  for (let i = 0; i < BOOKABLE; i++) {
    const body = { resource: { type: 'practitioner', name: `Practitioner ${i}` }, timeZone: 'UTC', weeklyHours };
    resources.push((await post(origin, '/v1/schedules', body, token)).id);
  }
  const service = { name: 'Review', durationMinutes: 20, bufferBeforeMinutes: 0, bufferAfterMinutes: 0 };
  target.serviceTypeId = (await post(origin, '/v1/service-types', service, token)).id;
  target.resourcesFile = fileOf(`resources-${target.pid}`, resources);
}

/** Waits until every subscription has stored that it has passed the last event. */
export async function caughtUp(url) {
  for (;;) {
    const { rows } = await run(
      url,
      'select bool_and(position >= (select max(position) from write.events)) as done from write.subscriptions',
    );
    if (rows[0].done) return;
    await sleep(100);
  }
}

export async function post(origin, route, body, token) {
  const response = await fetch(origin + route, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response.json();
}
