import { Logger } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import type { Queryable } from '../../database/database.js';
import type { Statement } from '../../database/sql.js';
import { Scheduler } from '../scheduling/scheduler.js';
import { Housekeeping } from './housekeeping.js';
import { PRUNINGS } from './prunings.js';
import { RETENTION } from './retention.js';

/** Pauses that end when the test says so. */
class Stepped extends Scheduler {
  readonly pauses: number[] = [];
  private end: () => void = () => undefined;

  now(): number {
    return 0;
  }

  pause(ms: number, signal?: AbortSignal): Promise<void> {
    this.pauses.push(ms);
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.end = resolve;
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  turn(): undefined {
    return undefined;
  }

  /** Lets the pause end, and what follows it come to the next one. */
  async step(): Promise<void> {
    this.end();
    await new Promise(setImmediate);
  }
}

/** Answers each pruning as it is told to: by how many are gone, or an error. */
class Answers implements Queryable {
  readonly asked: string[] = [];
  of: (name: string) => { mine: boolean; gone: number } = () => ({ mine: true, gone: 0 });

  query<Row extends QueryResultRow>(statement: Statement): Promise<Row[]> {
    const { name } = PRUNINGS.find((pruning) => pruning.statement === statement)!;
    this.asked.push(name);
    return new Promise((resolve) => resolve([this.of(name) as unknown as Row]));
  }
}

const [first, ...others] = PRUNINGS.map(({ name }) => name) as [string, ...string[]];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('Housekeeping', () => {
  let scheduler: Stepped;
  let answers: Answers;
  let housekeeping: Housekeeping;
  beforeEach(() => {
    scheduler = new Stepped();
    answers = new Answers();
    housekeeping = new Housekeeping(answers, RETENTION, scheduler);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await housekeeping.beforeApplicationShutdown();
  });

  it('prunes all that is over a minute after the start, and then every hour', async () => {
    housekeeping.start();
    expect(answers.asked).toEqual([]);
    await scheduler.step();
    expect(answers.asked).toEqual([first, ...others]);
    await scheduler.step();
    expect(answers.asked).toEqual([first, ...others, first, ...others]);
    expect(scheduler.pauses).toEqual([MINUTE, HOUR, HOUR]);
  });

  it('goes on batch by batch while there is more, and pauses in between', async () => {
    answers.of = (name) => ({ mine: true, gone: name === first && answers.asked.length < 3 ? 500 : 0 });
    housekeeping.start();
    await scheduler.step();
    expect(answers.asked).toEqual([first]);
    await scheduler.step();
    await scheduler.step();
    expect(answers.asked).toEqual([first, first, first, ...others]);
    expect(scheduler.pauses).toEqual([MINUTE, 100, 100, HOUR]);
  });

  it('leaves it to the process whose turn it is', async () => {
    answers.of = () => ({ mine: false, gone: 500 });
    housekeeping.start();
    await scheduler.step();
    expect(scheduler.pauses).toEqual([MINUTE, HOUR]);
  });

  it('says once that something fails, prunes the rest, tries again in a minute, and says when that works', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation();
    answers.of = (name) => {
      if (name === first) throw new Error('permission denied');
      return { mine: true, gone: 0 };
    };
    housekeeping.start();
    await scheduler.step();
    await scheduler.step();
    expect(answers.asked).toEqual([first, ...others, first, ...others]);
    expect(error.mock.calls).toEqual([[`Cannot forget ${first}: Error: permission denied`]]);
    expect(log).not.toHaveBeenCalled();

    answers.of = () => ({ mine: true, gone: 0 });
    await scheduler.step();
    await scheduler.step();
    expect(log.mock.calls).toEqual([[`Forgets ${first} again`]]);
    expect(error).toHaveBeenCalledTimes(1);
    expect(scheduler.pauses).toEqual([MINUTE, MINUTE, MINUTE, HOUR, HOUR]);
  });

  it('ends with the process, also between two batches', async () => {
    answers.of = () => ({ mine: true, gone: 500 });
    housekeeping.start();
    await scheduler.step();
    await housekeeping.beforeApplicationShutdown();
    await scheduler.step();
    expect(answers.asked).toEqual([first]);
  });

  it('keeps answers for a week, whatever it is told', () => {
    const { days } = PRUNINGS.find(({ name }) => name.includes('idempotency'))!;
    expect(days({ ...RETENTION, answers: 1 })).toBe(7);
    expect(days({ ...RETENTION, answers: 30 })).toBe(30);
  });
});
