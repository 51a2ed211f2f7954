// Needs a build (npm run build), and a PostgreSQL that BENCH_PG_PORT reaches (npm run pg in the folder above).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freshDatabase } from '../../lib/database.mjs';
import { schema } from '../../http/seed.mjs';

const root = path.join(import.meta.dirname, '..');
const patient = {
  mrn: 'A-1',
  givenName: 'Ada',
  familyName: "O'Neill_100%",
  birthDate: '1984-06-21',
  sex: 'female',
  email: 'ada@example.com',
  address: { line: '12 Harbour Street', city: 'Springfield', country: 'US' },
};

for (const [i, adapter] of ['express', 'fastify'].entries()) {
  describe(`crud peer on ${adapter}`, () => {
    const origin = `http://127.0.0.1:${3290 + i}`;
    const send = (method, url, body) =>
      fetch(origin + url, {
        method,
        headers: { 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
      });
    let child;
    let created;
    before(async () => {
      const url = await freshDatabase(`crud_test_${adapter}`, (c) => c.query(schema));
      child = spawn(process.execPath, ['dist/main.js'], {
        cwd: root,
        env: { ...process.env, HTTP_ADAPTER: adapter, DATABASE_URL: url, PORT: String(3290 + i) },
        stdio: 'inherit',
      });
      for (let n = 0; n < 100; n++) {
        if (await fetch(origin).catch(() => undefined)) return;
        await new Promise((r) => setTimeout(r, 100));
      }
      throw new Error('the server does not answer');
    });
    after(() => child.kill('SIGTERM'));

    it('creates, reads and finds a patient', async () => {
      const res = await send('POST', '/patients', patient);
      assert.equal(res.status, 201);
      created = await res.json();
      assert.equal(created.version, 1);
      const got = await (await send('GET', `/patients/${created.id}`)).json();
      assert.equal(got.familyName, patient.familyName);
      assert.deepEqual(got.address, patient.address);
      assert.equal(got.createdAt, created.createdAt);
      for (const [name, n] of [
        ["o'neill_1", 1],
        ['O%', 0],
        ["o'neill_100% ada", 1],
        ['ada', 0],
      ]) {
        const found = await (await send('GET', `/patients?name=${encodeURIComponent(name)}`)).json();
        assert.equal(found.length, n, name);
      }
    });

    it('refuses invalid input, an unknown id and a taken MRN', async () => {
      assert.equal((await send('POST', '/patients', { ...patient, birthDate: 'soon' })).status, 400);
      assert.equal((await send('POST', '/patients', { ...patient, role: 'admin' })).status, 400);
      assert.equal((await send('POST', '/patients', { ...patient, address: { country: 'USA' } })).status, 400);
      assert.equal((await send('POST', '/patients', patient)).status, 409);
      assert.equal((await send('GET', '/patients')).status, 400);
      assert.equal((await send('GET', '/patients/17')).status, 400);
      assert.equal((await send('GET', '/patients/0190a000-0000-7000-8000-000000000000')).status, 404);
    });

    it('updates the version read, once', async () => {
      const change = { ...patient, givenName: 'Augusta', version: 1 };
      const res = await send('PUT', `/patients/${created.id}`, change);
      assert.equal(res.status, 200);
      assert.deepEqual(await res.json(), { id: created.id, version: 2 });
      const got = await (await send('GET', `/patients/${created.id}`)).json();
      assert.equal(got.givenName, 'Augusta');
      assert.equal(got.version, 2);
      assert.equal((await send('PUT', `/patients/${created.id}`, change)).status, 409);
      assert.equal((await send('PUT', '/patients/0190a000-0000-7000-8000-000000000000', change)).status, 404);
    });

    it('books a slot once, whoever races for it', async () => {
      const slot = {
        patientId: created.id,
        practitionerId: 'b7f7c2d4-6f0e-4a55-9a3d-0c6f5f1f2f10',
        startsAt: '2030-01-01T09:00:00Z',
        endsAt: '2030-01-01T09:20:00Z',
      };
      const race = await Promise.all(Array.from({ length: 8 }, () => send('POST', '/appointments', slot)));
      assert.deepEqual(race.map((r) => r.status).sort(), [201, ...Array(7).fill(409)]);
      assert.equal(
        (
          await send('POST', '/appointments', {
            ...slot,
            startsAt: '2030-01-01T09:10:00Z',
            endsAt: '2030-01-01T09:30:00Z',
          })
        ).status,
        409,
      );
      assert.equal(
        (
          await send('POST', '/appointments', {
            ...slot,
            startsAt: '2030-01-01T09:20:00Z',
            endsAt: '2030-01-01T09:40:00Z',
          })
        ).status,
        201,
      );
      assert.equal((await send('POST', '/appointments', { ...slot, endsAt: slot.startsAt })).status, 400);
      assert.equal(
        (
          await send('POST', '/appointments', {
            ...slot,
            patientId: '0190a000-0000-7000-8000-000000000000',
            startsAt: '2031-01-01T09:20:00Z',
            endsAt: '2031-01-01T09:40:00Z',
          })
        ).status,
        422,
      );
    });
  });
}
