// Loaded into a server before its own code: starts and stops its profiler when the harness says so.
import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';

const session = new Session();
session.connect();
process.on('message', async ({ profile: wish, file }) => {
  if (wish === 'start') {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 500 });
    await session.post('Profiler.start');
  } else {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
  }
  process.send({ done: wish });
});
process.channel.unref();
