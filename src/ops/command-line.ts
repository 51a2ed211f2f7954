import { parseArgs } from 'node:util';
import { COMMAND_STATUSES, type CommandStatus } from '../event-sourcing/operators/saga-commands.js';
import type { Mandate } from '../event-sourcing/operators/operator-log.js';
import { SettingError } from '../operations/config.js';

/** What an operator asks for. */
export type Order =
  | { readonly act: 'dead-letters list'; readonly subscription: string | undefined; readonly limit: number }
  | {
      readonly act: 'dead-letters show';
      readonly subscription: string;
      readonly streamId: string;
      readonly withData: boolean;
      readonly limit: number;
    }
  | {
      readonly act: 'dead-letters retry';
      readonly subscription: string;
      readonly streamId: string | undefined;
      readonly mandate: Mandate;
    }
  | {
      readonly act: 'dead-letters discard';
      readonly subscription: string;
      readonly streamId: string;
      readonly all: boolean;
      readonly mandate: Mandate;
    }
  | { readonly act: 'commands list'; readonly status: CommandStatus | undefined; readonly limit: number }
  | { readonly act: 'commands show'; readonly id: string; readonly withData: boolean }
  | { readonly act: 'commands run' | 'commands cancel'; readonly ids: readonly string[]; readonly mandate: Mandate }
  | { readonly act: 'acts list'; readonly limit: number };

export const USAGE = `npm run ops -- ORDER
  dead-letters list [--subscription NAME] [--limit 50]
  dead-letters show --subscription NAME --stream ID [--with-data] [--limit 50]
  dead-letters retry --subscription NAME (--stream ID | --all) --by WHO --reason WHY
  dead-letters discard --subscription NAME --stream ID [--all] --by WHO --reason WHY
  commands list [--status ${COMMAND_STATUSES.join('|')}] [--limit 50]
  commands show ID [--with-data]
  commands run ID… --by WHO --reason WHY
  commands cancel ID… --by WHO --reason WHY
  acts list [--limit 50]
Answers are JSON. --with-data shows data of patients.`;

const OPTIONS = {
  subscription: { type: 'string' },
  stream: { type: 'string' },
  status: { type: 'string' },
  limit: { type: 'string' },
  all: { type: 'boolean' },
  'with-data': { type: 'boolean' },
  by: { type: 'string' },
  reason: { type: 'string' },
} as const;
type Option = keyof typeof OPTIONS;

/** Which options each order takes. */
const TAKES: Readonly<Record<Order['act'], readonly Option[]>> = {
  'dead-letters list': ['subscription', 'limit'],
  'dead-letters show': ['subscription', 'stream', 'with-data', 'limit'],
  'dead-letters retry': ['subscription', 'stream', 'all', 'by', 'reason'],
  'dead-letters discard': ['subscription', 'stream', 'all', 'by', 'reason'],
  'commands list': ['status', 'limit'],
  'commands show': ['with-data'],
  'commands run': ['by', 'reason'],
  'commands cancel': ['by', 'reason'],
  'acts list': ['limit'],
};
const MOST = 10_000;
const USUAL_LIMIT = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Values = ReturnType<typeof parsed>['values'];

/** @throws SettingError in one line, which names what is missing or wrong */
export function orderOf(args: readonly string[]): Order {
  const { values, positionals } = parsed(args);
  const [noun, verb, ...ids] = positionals;
  const act = `${noun} ${verb}` as Order['act'];
  const takes = TAKES[act];
  if (!Object.hasOwn(TAKES, act)) throw new SettingError('The order', `is none of those of \`npm run ops -- help\``);
  const other = (Object.keys(values) as Option[]).find((option) => !takes.includes(option));
  if (other) throw new SettingError(`--${other}`, `is nothing that \`${act}\` takes`);
  if (ids.length > 0 && !/show$|run$|cancel$/.test(act))
    throw new SettingError(ids[0]!, `is nothing that \`${act}\` takes`);

  switch (act) {
    case 'dead-letters list':
      return { act, subscription: values.subscription, limit: limitOf(values) };
    case 'dead-letters show':
      return { act, ...streamOf(values), withData: values['with-data'] ?? false, limit: limitOf(values) };
    case 'dead-letters retry':
      return { act, ...scopeOf(values), mandate: mandateOf(values) };
    case 'dead-letters discard':
      return { act, ...streamOf(values), all: values.all ?? false, mandate: mandateOf(values) };
    case 'commands list':
      return { act, status: statusOf(values.status), limit: limitOf(values) };
    case 'commands show':
      return { act, id: idsOf(ids, 1)[0]!, withData: values['with-data'] ?? false };
    case 'commands run':
    case 'commands cancel':
      return { act, ids: idsOf(ids, MOST), mandate: mandateOf(values) };
    case 'acts list':
      return { act, limit: limitOf(values) };
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch {
    throw new SettingError('The command line', 'is not understood: see `npm run ops -- help`');
  }
}

const required = (values: Values, option: 'subscription' | 'stream' | 'by' | 'reason'): string => {
  const value = values[option]?.trim();
  if (!value) throw new SettingError(`--${option}`, 'is missing');
  return value;
};

const mandateOf = (values: Values): Mandate => ({ by: required(values, 'by'), reason: required(values, 'reason') });

const uuid = (name: string, text: string): string => {
  if (!UUID.test(text)) throw new SettingError(name, 'must be a UUID');
  return text.toLowerCase();
};

const streamOf = (values: Values) => ({
  subscription: required(values, 'subscription'),
  streamId: uuid('--stream', required(values, 'stream')),
});

function scopeOf(values: Values) {
  if (values.all && values.stream !== undefined) throw new SettingError('--stream', 'and --all exclude each other');
  const { subscription, streamId } = values.all
    ? { subscription: required(values, 'subscription'), streamId: undefined }
    : streamOf(values);
  return { subscription, streamId };
}

function limitOf({ limit }: Values): number {
  if (limit === undefined) return USUAL_LIMIT;
  const value = Number(limit);
  if (!/^\d+$/.test(limit) || value < 1 || value > MOST) {
    throw new SettingError('--limit', `must be a whole number from 1 to ${MOST}`);
  }
  return value;
}

function statusOf(text: string | undefined): CommandStatus | undefined {
  const status = COMMAND_STATUSES.find((each) => each === text);
  if (text !== undefined && !status)
    throw new SettingError('--status', `must be one of ${COMMAND_STATUSES.join(', ')}`);
  return status;
}

function idsOf(ids: readonly string[], most: number): string[] {
  if (ids.length === 0) throw new SettingError('ID', 'is missing');
  if (ids.length > most) throw new SettingError('ID', `can be given ${most === 1 ? 'once' : `${most} times`}`);
  return [...new Set(ids.map((id) => uuid('ID', id)))];
}
