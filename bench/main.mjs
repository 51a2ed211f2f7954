// `npm run bench`: puts everything in place that is missing, then measures (run.mjs) with the Node of this project.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const bench = import.meta.dirname;
const root = path.dirname(bench);
const crudPeer = path.join(bench, 'crud-peer');

function step(what, folder, ...args) {
  console.error(`${what} …`);
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    console.error(`npm ${args.join(' ')} failed in ${folder}`);
    process.exit(1);
  }
}

for (const folder of [root, bench, crudPeer]) {
  const there = existsSync(path.join(folder, 'node_modules'));
  if (!there) step(`Installing what ${path.relative(root, folder) || 'the project'} needs`, folder, 'ci');
}
step('Building the application', root, 'run', 'build');
if (!existsSync(path.join(crudPeer, 'dist/main.js'))) step('Building the CRUD peer', crudPeer, 'run', 'build');

const pinned = path.join(root, 'node_modules/node/bin/node');
const node = existsSync(pinned) ? pinned : process.execPath;
const { status, signal } = spawnSync(node, [path.join(bench, 'run.mjs'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(signal ? 1 : status);
