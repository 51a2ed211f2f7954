import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const heap = JSON.parse(readFileSync('package.json', 'utf8')).config.heap.split(' ');

/**
 * Starts the built application on an embedded database, talks to it over HTTP, and stops it. Run with the project's Node. With the
 * answers of a release, `node .ci/boot.mjs FILE.answers.json.gz`, everything in them has to be there.
 */
const child = spawn(process.execPath, [...heap, 'dist/src/main.js'], {
  env: { ...process.env, NODE_ENV: 'development', PORT: '0', DATABASE_URL: '' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
const url = await Promise.race([
  new Promise((resolve) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      said += chunk;
      const found = /listens on (http:\/\/\S+):/.exec(said)?.[1];
      if (found) resolve(found);
    });
  }),
  ended.then((how) => assert.fail(`It ended with ${how} instead of listening`)),
]);

const ask = async (method, path, body, headers = {}) => {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  console.log(method, path, response.status);
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
};

try {
  const deadline = Date.now() + 30_000;
  while ((await ask('GET', '/health/ready')).status !== 200) {
    assert(Date.now() < deadline, 'It is not ready after 30 s');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  const document = (await ask('GET', '/docs-json')).json();
  assert.match(document.openapi, /^3\.1\./);
  assert('/v1/patients' in document.paths, 'The OpenAPI document lacks /v1/patients');
  assert.match((await ask('GET', '/docs')).text, /swagger-ui/);
  assert.equal((await ask('GET', '/v1/patients?name=q')).status, 401);

  const { access_token } = (await ask('POST', '/dev/token', { role: 'receptionist' })).json();
  const authorization = `Bearer ${access_token}`;
  const registration = {
    name: { family: 'Query', given: ['Quinn'] },
    birthDate: '1980-02-29',
    gender: 'other',
  };
  const registered = await ask('POST', '/v1/patients', registration, { authorization });
  assert.equal(registered.status, 201, registered.text);
  const read = await ask('GET', registered.headers.get('location'), undefined, {
    authorization,
    'consistency-token': registered.headers.get('consistency-token'),
  });
  assert.equal(read.status, 200, read.text);
  assert.equal(read.json().name.family, 'Query');

  const [file] = process.argv.slice(2);
  if (file) {
    const { seen } = JSON.parse(gunzipSync(readFileSync(file)).toString());
    const { access_token } = (await ask('POST', '/dev/token', { role: 'admin' })).json();
    for (const path of Object.keys(seen)) {
      const old = await ask('GET', path, undefined, { authorization: `Bearer ${access_token}` });
      assert.equal(old.status, 200, old.text);
    }
    assert(Object.keys(seen).length > 0, 'There are no answers to compare with');
  }
} finally {
  child.kill('SIGTERM');
}
assert.equal(await ended, 0, 'It did not stop with 0');
