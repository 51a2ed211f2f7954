import { type AppliedMigration, comparePast } from './past.js';

const first = { name: 'First1700000000001', checksum: 'a' };
const second = { name: 'Second1700000000002', checksum: 'b' };
const third = { name: 'Third1700000000003', checksum: 'c' };
const between = { name: 'Between1700000000002', checksum: 'z' };
const later = { name: 'Later1700000000009', checksum: 'z' };
const without = ({ name }: { name: string }): AppliedMigration => ({ name, checksum: undefined });

describe('the past of a database', () => {
  it.each<[string, AppliedMigration[], object]>([
    ['empty', [], { pending: [first.name, second.name], unnoted: [], isAhead: false }],
    ['behind', [first], { pending: [second.name], unnoted: [], isAhead: false }],
    ['the same', [first, second], { pending: [], unnoted: [], isAhead: false }],
    ['ahead', [first, second, later], { pending: [], unnoted: [], isAhead: true }],
    ['not noted', [without(first), without(second)], { pending: [], unnoted: [first, second], isAhead: false }],
    ['not noted, and behind', [without(first)], { pending: [second.name], unnoted: [first], isAhead: false }],
    ['noted from some migration on', [without(first), second], { pending: [], unnoted: [first], isAhead: false }],
    ['ahead by what was not noted', [first, second, without(later)], { pending: [], unnoted: [], isAhead: true }],
  ])('is fit when it is %s', (_what, applied, past) => {
    expect(comparePast([first, second], applied)).toEqual(past);
  });

  it.each<[string, AppliedMigration[], string]>([
    [
      'another SQL of a migration',
      [first, { ...second, checksum: 'edited' }, third],
      `migration ${second.name} was applied with other SQL`,
    ],
    [
      'another SQL of the first, when the others have none',
      [{ ...first, checksum: 'edited' }, without(second), without(third)],
      `migration ${first.name} was applied with other SQL`,
    ],
    [
      'a migration of nobody',
      [first, between, third],
      `migration ${between.name} was applied and is none of this version`,
    ],
    ['a gap', [first, third], `migration ${second.name} is missing, though ${third.name} was applied`],
    [
      'a gap before a later version',
      [first, second, later],
      `migration ${third.name} is missing, though ${later.name} was`,
    ],
    [
      'lost checksums under a later version',
      [first, without(second), third, later],
      `migration ${second.name} has lost`,
    ],
    [
      'a name without a timestamp',
      [first, second, third, without({ name: 'odd' })],
      'migration odd was applied and is none',
    ],
  ])('is refused for %s, in one line that says what to do', (_what, applied, message) => {
    const compare = () => comparePast([first, second, third], applied);
    expect(compare).toThrow(message);
    expect(compare).toThrow(/^[^\n]+ Run the version that migrated this database, or restore a backup$/);
  });
});
