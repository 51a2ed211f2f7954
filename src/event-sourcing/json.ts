/**
 * Path of the first value that is not the same when it comes back from a `jsonb` column, such as a Date, a Map, NaN or an object of a
 * class; undefined when there is none. A property that is undefined counts as one that is not there.
 */
export function lostInJson(value: unknown, path = ''): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? path : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : path;
  if (Array.isArray(value)) return firstLost([...(value as unknown[])].entries(), path);
  if (typeof value !== 'object' || !isPlain(value)) return path;
  return firstLost(
    Object.entries(value).filter(([, each]) => each !== undefined),
    path,
  );
}

const isPlain = (value: object): boolean =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as typeof Object.prototype | null) &&
  typeof (value as { toJSON?: unknown }).toJSON !== 'function';

function firstLost(entries: Iterable<readonly [string | number, unknown]>, path: string): string | undefined {
  for (const [key, value] of entries) {
    const lost = lostInJson(value, path === '' ? String(key) : `${path}.${key}`);
    if (lost !== undefined) return lost;
  }
  return undefined;
}
