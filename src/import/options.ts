import { parseArgs } from 'node:util';
import { SettingError } from '../operations/config.js';

export interface CommandLine {
  readonly folder: string;
  readonly concurrency: number;
  readonly timeZone: string;
}

const USAGE = 'npm run import -- FOLDER [--concurrency=12] [--time-zone=UTC]';

/** @throws SettingError */
export function commandLineOf(args: readonly string[]): CommandLine {
  const { values, positionals } = parsed(args);
  const [folder, ...more] = positionals;
  if (folder === undefined) throw new SettingError('FOLDER', `is missing: ${USAGE}`);
  if (more.length > 0) throw new SettingError('FOLDER', `is one folder, or one file: ${USAGE}`);
  return { folder, concurrency: concurrencyOf(values.concurrency), timeZone: timeZoneOf(values['time-zone']) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        concurrency: { type: 'string', default: '12' },
        'time-zone': { type: 'string', default: 'UTC' },
      },
    });
  } catch {
    throw new SettingError('The command line', `is not understood: ${USAGE}`);
  }
}

function concurrencyOf(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 100) {
    throw new SettingError('--concurrency', 'must be a whole number from 1 to 100');
  }
  return value;
}

function timeZoneOf(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone && name;
  } catch {
    throw new SettingError('--time-zone', 'must be an IANA zone, such as America/New_York');
  }
}
