import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { leaks } from './leaks.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { soak: string } };
const [, ...soak] = scripts.soak.split(' ');

/** A process of its own lives through so many hours, and says what of it is left at the end. */
const liveThrough = (hours: number, ...leak: string[]) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    const child = execFile(process.execPath, [...soak, '--hours', String(hours), ...leak], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, said: stdout + stderr }),
    );
  });

/** By what each of them is seen. */
const SEEN_BY: Readonly<Record<string, string>> = {
  'a race with a promise that lives on': 'promises',
  'a listener that stays on its signal': 'listeners',
  'a timer that nobody clears': 'timers',
  'a runner that waits on for events': '(promises|runners)',
  'a waiter that is never forgotten': 'promises',
  'a few bytes of each pause': 'heap',
};

describe('after hours of calm, storms, trouble and calm', () => {
  it('nothing is left of 86,400 turns', async () => {
    const { code, said } = await liveThrough(6);
    expect(said).toContain('\nNothing grows');
    expect(code).toBe(0);
    const happened = [.../(?:(\d+) (\w+)(?:, |\n))/g[Symbol.matchAll](/^86400 turns.*\n/m.exec(said)![0])];
    expect(happened).toHaveLength(10);
    for (const [, times, what] of happened) expect([what, Number(times) > 20]).toEqual([what, true]);
  }, 120_000);

  it.each(Object.keys(leaks))(
    '%s would be seen',
    async (leak) => {
      const { code, said } = await liveThrough(4, '--leak', leak);
      expect(said).toMatch(new RegExp(`^${SEEN_BY[leak]} grew from`, 'm'));
      expect(code).toBe(1);
    },
    120_000,
  );
});
