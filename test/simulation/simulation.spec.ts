import { simulate } from './simulation.js';

/** `npm run simulate` runs thousands; these are there to see each change fail fast. */
const SCHEDULES = 200;

describe('The protocol of the engine', () => {
  it('holds in any schedule of faults, requests and deployments', async () => {
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const { violation } = await simulate({ seed });
      expect({ seed, violation: violation?.message }).toEqual({ seed, violation: undefined });
    }
  }, 120_000);
});

describe('A seed', () => {
  it.each([3, 11, 29])('%i gives the same schedule twice, to the letter', async (seed) => {
    const first = await simulate({ seed, isTraced: true });
    const second = await simulate({ seed, isTraced: true });
    expect(first.trace.length).toBeGreaterThan(100);
    expect(second.trace).toEqual(first.trace);
  });

  it('gives the same schedule whether it is traced or not', async () => {
    const traced = await simulate({ seed: 5, isTraced: true });
    const untraced = await simulate({ seed: 5 });
    expect(untraced.trace).toEqual([]);
    expect([untraced.steps, untraced.took]).toEqual([traced.steps, traced.took]);
  });

  it('gives another schedule than the next seed', async () => {
    const [first, second] = [await simulate({ seed: 7, isTraced: true }), await simulate({ seed: 8, isTraced: true })];
    expect(second.trace).not.toEqual(first.trace);
  });
});
