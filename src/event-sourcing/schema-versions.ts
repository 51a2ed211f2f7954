/** Brings stored data of one schema version to the next. Pure. */
export type Upcaster = (data: Record<string, unknown>) => Record<string, unknown>;

/** In which versions something was stored, and how the older ones are read. */
export interface SchemaVersions {
  /** Current schema version, from 1 (default). */
  readonly version?: number;
  /** `upcasters[n]` brings version n to n + 1; one for every version before the current. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>;
}

/** @throws Error when a version before the current has no upcaster */
export function mustLeadToCurrent(name: string, { version = 1, upcasters = {} }: SchemaVersions): void {
  for (let from = 1; from < version; from++) {
    if (!upcasters[from]) throw new Error(`${name} has no upcaster from version ${from} to ${from + 1}`);
  }
}

/** @throws what an upcaster throws */
export function upcast(
  data: Record<string, unknown>,
  from: number,
  { version = 1, upcasters = {} }: SchemaVersions,
): Record<string, unknown> {
  let current = data;
  for (let at = from; at < version; at++) current = upcasters[at]!(current);
  return current;
}
