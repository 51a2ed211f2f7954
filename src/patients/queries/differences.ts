import { isDeepStrictEqual } from 'node:util';

/** One field that differs. An array is compared by its entries: each that went has no `to`, each that came has no `from`. */
export interface Difference {
  /** JSON pointer (RFC 6901) into the resource. */
  readonly pointer: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What to change in one to get the other, field by field. `undefined`, `null` and an empty array are all nothing. */
export function differences(from: unknown, to: unknown, pointer = ''): Difference[] {
  if (Array.isArray(from) || Array.isArray(to)) return ofArrays(pointer, asArray(from), asArray(to));
  if (isObject(from) || isObject(to)) {
    const [before, after] = [asObject(from), asObject(to)];
    const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...fields].sort().flatMap((field) => differences(before[field], after[field], `${pointer}/${field}`));
  }
  return isDeepStrictEqual(from ?? null, to ?? null) ? [] : [{ pointer, from: from ?? null, to: to ?? null }];
}

/** Lists of words are one field, such as the given names; lists of things differ by the things. */
function ofArrays(pointer: string, before: unknown[], after: unknown[]): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (![...before, ...after].some(isObject)) {
    return [{ pointer, from: before.length > 0 ? before : null, to: after.length > 0 ? after : null }];
  }
  const missingFrom = (others: unknown[]) => (one: unknown) => !others.some((other) => isDeepStrictEqual(one, other));
  return [
    ...before.filter(missingFrom(after)).map((gone) => ({ pointer, from: gone, to: null })),
    ...after.filter(missingFrom(before)).map((come) => ({ pointer, from: null, to: come })),
  ];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const asObject = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
