/** Half-open: [from, to), in milliseconds since the epoch. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;

export const overlap = (a: Interval, b: Interval): boolean => a.from < b.to && b.from < a.to;

/** The same time as sorted intervals that neither overlap nor touch. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && next.from <= last.to) result[result.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    else result.push(next);
  }
  return result;
}

/** The time that lies in both; each side sorted, without overlaps of its own. */
export function common(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [left, right] = [a[i]!, b[j]!];
    const both = { from: Math.max(left.from, right.from), to: Math.min(left.to, right.to) };
    if (both.from < both.to) result.push(both);
    if (left.to < right.to) i++;
    else j++;
  }
  return result;
}
