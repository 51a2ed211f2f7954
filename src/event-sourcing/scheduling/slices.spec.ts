import { nextSlice, sliceIsOver } from './slices.js';

const until = async (moment: () => boolean) => {
  while (!moment()) await Promise.resolve();
};

describe('Slices of the event loop', () => {
  it('are over after a short while, for all who share the turn', async () => {
    await nextSlice();
    expect(sliceIsOver()).toBe(false);
    await until(sliceIsOver);
    expect(sliceIsOver()).toBe(true);
  });

  it('let go ahead what came in meanwhile', async () => {
    const order: string[] = [];
    const worker = async (name: string) => {
      for (let step = 1; step <= 2; step++) {
        await nextSlice();
        order.push(`${name} ${step}`);
        await until(sliceIsOver);
      }
    };
    const workers = Promise.all([worker('a'), worker('b')]);
    setImmediate(() => order.push('request'));
    await workers;
    expect(order.indexOf('request')).toBeLessThan(order.indexOf('a 2'));
    expect(order.toSorted()).toEqual(['a 1', 'a 2', 'b 1', 'b 2', 'request']);
  });
});
