import { Shares } from './shares.js';

const names = (n: number) => Array.from({ length: n }, (_, i) => `s${String(i).padStart(2, '0')}`);
const NOBODY = new Set<string>();

/** What a process plans that runs `running`, where `held` are held by another. */
const planOf = (
  shares: Shares,
  { of = 22, workers = 1, running = [] as string[], held = [] as string[], resting = NOBODY, now = 0 },
) =>
  shares.plan({
    survey: {
      workers,
      subscriptions: names(of).map((name) => ({
        name,
        holder: running.includes(name) ? 1 : held.includes(name) ? 2 : undefined,
      })),
    },
    owner: 1,
    running: new Set(running),
    resting,
    now,
  });

describe('the subscriptions', () => {
  it('are all of one process where it is alone', () => {
    expect(planOf(new Shares(), {})).toEqual({ claim: names(22), giveBack: [] });
  });

  it('are shared out where there are several: who has more gives back, who has less takes', () => {
    const { giveBack } = planOf(new Shares(), { workers: 2, running: names(22) });
    expect(giveBack).toHaveLength(11);
    const { claim } = planOf(new Shares(), { workers: 2, held: names(22).filter((name) => !giveBack.includes(name)) });
    expect(claim).toEqual(giveBack);
  });

  it('are shared so that none is left over', () => {
    for (let workers = 1; workers < 30; workers++) {
      const { claim } = planOf(new Shares(), { workers });
      expect(claim.length * workers).toBeGreaterThanOrEqual(22);
    }
  });

  it('that stay free are taken beyond the share, after a while, and kept', () => {
    const shares = new Shares();
    const mine = names(11);
    const situation = { workers: 2, running: mine, held: names(20).slice(11) };
    expect(planOf(shares, situation)).toEqual({ claim: [], giveBack: [] });
    expect(planOf(shares, { ...situation, now: 600 }).claim).toEqual([]);
    expect(planOf(shares, { ...situation, now: 700 }).claim).toEqual(names(22).slice(20));
    const more = { ...situation, running: [...mine, ...names(22).slice(20)] };
    expect(planOf(shares, { ...more, now: 1_200 }).giveBack).toEqual(mine.slice(0, 2));
    expect(planOf(shares, { ...more, running: names(22).slice(20), now: 1_200 }).giveBack).toEqual([]);
  });

  it('that failed here just now are left to others, and held ones to their holders', () => {
    expect(planOf(new Shares(), { of: 3, resting: new Set(['s01']), held: ['s02'] }).claim).toEqual(['s00']);
  });

  it('that stand on this process, but that it does not run, are free to it', () => {
    const survey = { workers: 1, subscriptions: [{ name: 'mine', holder: 1 }] };
    const plan = new Shares().plan({ survey, owner: 1, running: NOBODY, resting: NOBODY, now: 0 });
    expect(plan.claim).toEqual(['mine']);
  });
});
