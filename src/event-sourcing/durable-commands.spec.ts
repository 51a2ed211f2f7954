import { DurableCommands, NotStorable } from './durable-commands.js';

class Remind {
  constructor(
    readonly id: string,
    readonly about?: unknown,
  ) {}

  get isUrgent(): boolean {
    return this.about === 'urgent';
  }
}
class Unlisted {
  readonly id = 'a';
}

const commandsOf = (entries: Parameters<DurableCommands['add']>[0]): DurableCommands => {
  const commands = new DurableCommands();
  commands.add(entries);
  return commands;
};
const commands = commandsOf({ 'ward.remind': Remind });

const through = (command: Remind) => {
  const { name, schemaVersion, payload } = commands.store(command);
  return commands.revive(name, schemaVersion, JSON.parse(payload) as object);
};

describe('durable commands', () => {
  it.each([
    ['text', 'urgent'],
    ['a number', -1.5],
    ['nothing', null],
    ['what is not there', undefined],
    ['lists and objects', { of: [1, 'two', { three: [null, true] }], at: '2026-01-01T00:00:00Z', none: undefined }],
  ])('come back as they were, with %s', (_what, about) => {
    const command = through(new Remind('a', about)) as Remind;
    expect(command).toBeInstanceOf(Remind);
    expect(command).toEqual(new Remind('a', about));
    expect(command.isUrgent).toBe(about === 'urgent');
  });

  it.each([
    ['a date', new Date(0)],
    ['a map', new Map([[1, 2]])],
    ['a set', new Set([1])],
    ['an object of a class', new Remind('b')],
    ['not a number', Number.NaN],
    ['infinity', Infinity],
    ['a big integer', 1n],
    ['a function', () => undefined],
    ['a symbol', Symbol('s')],
    ['a hole in a list', [undefined]],
    ['bytes', new Uint8Array(2)],
    ['a zero character', 'a\0b'],
    ['half a character', '\ud800'],
    ['what makes its own JSON', { toJSON: () => 'a' }],
  ])('are refused with %s, at any depth', (_what, value) => {
    expect(() => commands.store(new Remind('a', value))).toThrow(NotStorable);
    expect(() => commands.store(new Remind('a', { deep: [{ er: value }] }))).toThrow(
      /^ward\.remind cannot be stored: what is in its field about\.deep\.0\.er/,
    );
  });

  it('are refused where no module lists them, and where one name is given twice', () => {
    expect(() => commands.store(new Unlisted())).toThrow('Unlisted');
    expect(() => commands.add({ 'ward.remind': Unlisted })).toThrow('taken twice');
  });

  it('are brought from each version that was stored to the current one', () => {
    const later = commandsOf({
      'ward.remind': {
        command: Remind,
        version: 3,
        upcasters: {
          1: ({ patient, ...rest }) => ({ ...rest, id: patient }),
          2: (fields) => ({ ...fields, about: 'visit' }),
        },
      },
    });
    expect(later.revive('ward.remind', 1, { patient: 'a' })).toEqual(new Remind('a', 'visit'));
    expect(later.revive('ward.remind', 2, { id: 'a' })).toEqual(new Remind('a', 'visit'));
    expect(later.revive('ward.remind', 3, { id: 'a', about: 'x' })).toEqual(new Remind('a', 'x'));
    expect(later.store(new Remind('a')).schemaVersion).toBe(3);
    expect(later.known).toEqual([{ name: 'ward.remind', version: 3 }]);
    expect(() => later.revive('ward.remind', 4, {})).toThrow('ward.remind in version 4');
    expect(() => later.revive('ward.forget', 1, {})).toThrow('ward.forget');
  });

  it('have an upcaster for every version before the current', () => {
    expect(() => commandsOf({ 'ward.remind': { command: Remind, version: 3, upcasters: { 1: (f) => f } } })).toThrow(
      'ward.remind has no upcaster from version 2 to 3',
    );
  });
});
