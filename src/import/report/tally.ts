export type Outcome = 'imported' | 'already' | 'skipped' | 'failed';

/** Where something stands: a file, and an entry of it. */
export interface Place {
  readonly file: string;
  /** In the bundle's `entry`. */
  readonly index?: number;
  readonly url?: string;
  /** `entry[3].resource.period.start`, or the line of a file that is no bundle. */
  readonly path?: string;
}

export interface Result {
  readonly outcome: Outcome;
  /** Of what was skipped or has failed: why. */
  readonly code?: string;
}

export interface Row {
  readonly imported: number;
  readonly already: number;
  readonly skipped: number;
  readonly failed: number;
  /** How many were skipped or have failed, for each reason. */
  readonly reasons: ReadonlyMap<string, number>;
}

export interface Noted extends Place {
  readonly of: string;
  readonly code: string;
}

class Counts implements Row {
  imported = 0;
  already = 0;
  skipped = 0;
  failed = 0;
  readonly reasons = new Map<string, number>();
}

/** Counts what has become of each thing. Holds codes, ids and places: nothing about anybody. */
export class Tally {
  private readonly byName = new Map<string, Counts>();
  /** Each failure, and each appointment that was refused. */
  readonly failures: Noted[] = [];
  readonly refusals: Noted[] = [];
  total = 0;

  add(of: string, { outcome, code }: Result, place: Place): void {
    this.total++;
    const counts = this.byName.get(of) ?? new Counts();
    this.byName.set(of, counts);
    counts[outcome]++;
    if (code === undefined) return;
    counts.reasons.set(code, (counts.reasons.get(code) ?? 0) + 1);
    if (outcome === 'failed') this.failures.push({ ...place, of, code });
  }

  refuse(of: string, code: string, place: Place): void {
    this.add(of, { outcome: 'skipped', code }, place);
    this.refusals.push({ ...place, of, code });
  }

  get rows(): ReadonlyMap<string, Row> {
    return this.byName;
  }

  row(of: string): Row {
    return this.byName.get(of) ?? new Counts();
  }
}
