import { orderOf } from './command-line.js';

const ID = '0198c0de-0000-7000-8000-000000000001';
const mandate = { by: 'Ada', reason: 'mended' };
const signed = ['--by', 'Ada', '--reason=mended'];

describe('the command line of operators', () => {
  it.each([
    ['dead-letters list', { subscription: undefined, limit: 50 }],
    ['dead-letters list --subscription s --limit 3', { subscription: 's', limit: 3 }],
    [
      `dead-letters show --subscription s --stream ${ID.toUpperCase()}`,
      { subscription: 's', streamId: ID, withData: false, limit: 50 },
    ],
    [
      `dead-letters show --with-data --subscription s --stream ${ID}`,
      { subscription: 's', streamId: ID, withData: true, limit: 50 },
    ],
    [`dead-letters retry --subscription s --stream ${ID} SIGNED`, { subscription: 's', streamId: ID, mandate }],
    ['dead-letters retry --subscription s --all SIGNED', { subscription: 's', streamId: undefined, mandate }],
    [
      `dead-letters discard --subscription s --stream ${ID} SIGNED`,
      { subscription: 's', streamId: ID, all: false, mandate },
    ],
    [
      `dead-letters discard --subscription s --stream ${ID} --all SIGNED`,
      { subscription: 's', streamId: ID, all: true, mandate },
    ],
    ['commands list', { status: undefined, limit: 50 }],
    ['commands list --status dead', { status: 'dead', limit: 50 }],
    [`commands show ${ID}`, { id: ID, withData: false }],
    [`commands run ${ID} ${ID} SIGNED`, { ids: [ID], mandate }],
    [`commands cancel ${ID} SIGNED`, { ids: [ID], mandate }],
    ['acts list', { limit: 50 }],
  ])('understands: %s', (line, order) => {
    const args = line.split(' ').flatMap((word) => (word === 'SIGNED' ? signed : [word]));
    expect(orderOf(args)).toEqual({ act: args.slice(0, 2).join(' '), ...order });
  });

  it.each([
    ['dead-letters', /^The order is none/],
    ['dead-letters drop', /^The order is none/],
    ['constructor', /^The order is none/],
    ['dead-letters list --force', /^The command line is not understood/],
    ['dead-letters list --stream x', /^--stream is nothing that/],
    ['dead-letters list more', /^more is nothing that/],
    ['dead-letters list --limit 0', /^--limit must be/],
    ['dead-letters list --limit 1e3', /^--limit must be/],
    ['dead-letters show --subscription s', /^--stream is missing$/],
    ['dead-letters show --subscription s --stream x', /^--stream must be a UUID$/],
    [`dead-letters retry --subscription s SIGNED`, /^--stream is missing$/],
    [`dead-letters retry --subscription s --all --stream ${ID} SIGNED`, /^--stream and --all exclude/],
    [`dead-letters discard --stream ${ID} SIGNED`, /^--subscription is missing$/],
    [`dead-letters discard --subscription s --all SIGNED`, /^--stream is missing$/],
    [`dead-letters retry --subscription s --all --by Ada`, /^--reason is missing$/],
    [`dead-letters retry --subscription s --all --reason x`, /^--by is missing$/],
    ['commands list --status gone', /^--status must be one of/],
    ['commands show', /^ID is missing$/],
    [`commands show ${ID} ${ID}`, /^ID can be given once$/],
    ['commands run 7 SIGNED', /^ID must be a UUID$/],
    [`commands run ${ID}`, /^--by is missing$/],
  ])('refuses in one line: %s', (line, message) => {
    const args = line.split(' ').flatMap((word) => (word === 'SIGNED' ? signed : [word]));
    expect(() => orderOf(args)).toThrow(message);
  });
});
