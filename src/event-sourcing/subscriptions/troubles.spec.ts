import { Troubles } from './troubles.js';

const troublesAndLines = () => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  return { troubles: new Troubles({ error: say, log: say }), lines };
};

class Denied extends Error {
  override readonly name = 'Denied';
}

describe('what stops a subscription', () => {
  it('is said once, when it lasts, and its end as well', () => {
    const { troubles, lines } = troublesAndLines();
    for (let i = 0; i < 5; i++) troubles.stopped('s', new Denied('no right'), i * 1_000, true);
    expect(lines).toEqual(['s stopped: Denied: no right. It is tried again until that is over']);
    troubles.progressed('s');
    troubles.progressed('s');
    expect(lines).toHaveLength(2);
  });

  it('is not said where it was over at the next try', () => {
    const { troubles, lines } = troublesAndLines();
    troubles.stopped('s', new Denied('no right'), 0, true);
    troubles.progressed('s');
    troubles.stopped('s', new Denied('no right'), 1_000, true);
    troubles.progressed('s');
    expect(lines).toEqual([]);
  });

  it('is said again when it is something else', () => {
    const { troubles, lines } = troublesAndLines();
    for (const text of ['one', 'one', 'other', 'other']) troubles.stopped('s', new Denied(text), 0, true);
    expect(lines).toHaveLength(2);
  });

  it('keeps it from being tried here for a while: longer each time, and longer where others can', () => {
    const restOf = (isAlone: boolean, failures: number) => {
      const { troubles } = troublesAndLines();
      for (let i = 0; i < failures; i++) troubles.stopped('s', new Denied('no'), 0, isAlone);
      return [100, 600, 2_900, 3_100, 7_900, 8_100].filter((now) => troubles.resting(now).has('s')).length;
    };
    expect([restOf(true, 1), restOf(true, 3), restOf(true, 9), restOf(false, 1), restOf(false, 9)]).toEqual([
      1, 2, 5, 3, 5,
    ]);
  });
});
