// npm run rolling-deploys -- --rounds 100 [--seed 7]: many more deploys and roll-backs than a run of all suites has time for.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string' } } });
const { status } = spawnSync('npm', ['run', 'jest', '--', 'test/failures/rolling-deploys'], {
  stdio: 'inherit',
  env: { ...process.env, ROUNDS: values.rounds, ...(values.seed && { SEED: values.seed }) },
});
process.exitCode = status ?? 1;
