import { Random } from '../support/random.js';
import type { ForgetfulDatabase } from './forgetful-database.js';
import type { HurriedTime } from './hurried-time.js';
import { SoakedProcess } from './soaked-process.js';
import type { Effect, WardType } from './ward.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STREAMS = 40;
/** The one stream of which an event is set aside. */
const POISONED = 'stream of poison';

/**
 * calm: twenty minutes of each hour are busy. stormy: connections are lost, the database is away, another process comes and goes.
 * troubled: a column is missing, for as long as it lasts, and nothing else happens.
 */
export type Weather = 'calm' | 'stormy' | 'troubled';

const TROUBLED = 'projection:count@1';

/** What happens to a process in a week. */
export class Week {
  private readonly process: SoakedProcess;
  private readonly random = new Random(1);
  private weather: Weather = 'calm';

  constructor(
    private readonly time: HurriedTime,
    private readonly database: ForgetfulDatabase,
  ) {
    this.process = new SoakedProcess(database);
  }

  async begin(): Promise<void> {
    await this.process.start();
    this.every(5 * SECOND, () => {
      if (this.time.now % HOUR < 20 * MINUTE && this.weather !== 'troubled') this.request();
    });
    this.every(7 * MINUTE, () => this.inStorm(() => this.database.cutAll()));
    this.every(31 * MINUTE, () => this.inStorm(() => this.beAway(20 * SECOND)));
    this.every(13 * MINUTE, () => this.inStorm(() => void this.anotherProcess(5 * MINUTE)));
  }

  /** Turns of the upkeep, of which there are four a second. */
  get turns(): number {
    return (this.time.now / SECOND) * 4;
  }

  turn(weather: Weather): void {
    this.weather = weather;
    this.database.inTrouble.clear();
    if (weather !== 'troubled') return;
    this.database.inTrouble.add(TROUBLED);
    this.note('stream 0', 'none');
  }

  private every(ms: number, happens: () => void): void {
    this.time.after(ms, () => {
      happens();
      this.every(ms, happens);
    });
  }

  private inStorm(happens: () => void): void {
    if (this.weather === 'stormy') happens();
  }

  private request(): void {
    const stream = `stream ${this.random.below(STREAMS)}`;
    const kind = this.random.next();
    if (kind < 0.6) this.note(stream, 'none');
    else if (kind < 0.62) this.note(stream, 'hangs');
    else if (kind < 0.64) this.note(stream, 'fails');
    else if (kind < 0.65) this.note(POISONED, 'is poison');
    else if (kind < 0.75) this.append(stream, 'ward.alarm-cleared', {});
    else this.append(stream, 'ward.alarm-set', { dueAt: this.inAWhile() });
  }

  private inAWhile(): string {
    return new Date(this.time.clock + this.random.next() * 30 * MINUTE).toISOString();
  }

  private note(stream: string, effect: Effect): void {
    this.append(stream, 'ward.noted', { effect }, this.random.chance(0.02));
  }

  private append(stream: string, type: WardType, data: object, isLarge = false): void {
    if (this.database.isAway) return;
    const position = this.database.append(stream, type, data, isLarge);
    this.process.appended.raise();
    void this.process.read(position);
  }

  private beAway(ms: number): void {
    this.database.isAway = true;
    this.database.cutAll();
    this.time.after(ms, () => (this.database.isAway = false));
  }

  /** It takes its share, and gives it back. */
  private async anotherProcess(ms: number): Promise<void> {
    const another = new SoakedProcess(this.database);
    await another.start().catch(() => undefined);
    this.time.after(ms, () => void another.stop());
  }
}
