// Alternating rounds: in each, every contender is measured once, in turn, every second round in the opposite order, so that a
// slow minute of the machine hits all of them. A ratio is the median of the ratios within the rounds.
import { ROUNDS } from './config.mjs';
import { median, n0, n2, spread } from './measure.mjs';

/** @param measureOnce (contender, round) → { perSecond, p50, p99, errors, cpu } */
export async function rounds(what, contenders, measureOnce, count = ROUNDS) {
  const results = new Map(contenders.map((name) => [name, []]));
  for (let round = 0; round < count; round++) {
    for (const name of round % 2 ? contenders.toReversed() : contenders) {
      const result = await measureOnce(name, round);
      results.get(name).push(result);
      const { perSecond, p50, p99, errors = 0, lastError, cpu } = result;
      console.error(
        `${what}, round ${round + 1}, ${name}: ${n0(perSecond)}/s, p50 ${n2(p50)}, p99 ${n2(p99)} ms, cores ${n2(cpu?.ours)} + ${n2(cpu?.pg)} pg, others ${n2(cpu?.other)}${errors ? `, ${errors} errors: ${lastError}` : ''}`,
      );
    }
  }
  return new Compared(results);
}

export class Compared {
  constructor(results) {
    this.results = results;
  }

  median(name, figure) {
    return median(this.results.get(name).map(figure));
  }

  rate(name) {
    return this.median(name, (r) => r.perSecond);
  }

  /** Rate of one contender as a multiple of another's. */
  ratio(name, base) {
    const bases = this.results.get(base);
    return median(this.results.get(name).map((r, round) => r.perSecond / bases[round].perSecond));
  }

  /** CPU microseconds of the measured process and of PostgreSQL for one operation: what neighbours disturb least. */
  cpuPerOp(name) {
    return this.median(name, ({ cpu, perSecond }) => (1e6 * (cpu.ours + cpu.pg)) / perSecond);
  }

  /** The columns of every table of rates. */
  cells(name, base) {
    const of = (figure) => this.median(name, figure);
    return [
      n0(this.rate(name)),
      n2(this.ratio(name, base)),
      n2(of((r) => r.p50)),
      n2(of((r) => r.p99)),
      n0(this.cpuPerOp(name)),
      n2(of((r) => r.cpu.ours)),
      n2(of((r) => r.cpu.pg)),
      n2(of((r) => r.cpu.other)),
      `${n0(spread(this.results.get(name).map((r) => r.perSecond)))} %`,
      n0(this.results.get(name).reduce((sum, r) => sum + (r.errors ?? 0), 0)),
    ];
  }
}

export const headers = (base) => [
  '1/s',
  `ratio to ${base}`,
  'p50 ms',
  'p99 ms',
  'CPU µs per operation',
  'process cores',
  'PG cores',
  'other cores',
  'spread',
  'errors',
];
