import { Random } from '../support/random.js';
import type { BuildName } from './builds/build.js';
import { SimulatedDatabase, type Tables } from './database/simulated-database.js';
import type { SimulatedProcess } from './machines/simulated-process.js';
import type { Request } from './schedule/requests.js';
import { Timeline } from './time/timeline.js';
import { Trace } from './time/trace.js';

/** A promise that was not kept. */
export interface Violation {
  readonly invariant: string;
  readonly message: string;
}

/** What foreign code does with an event or a command that it is given. */
export interface Behaviour {
  /** So many attempts fail, as where another server refuses. */
  failures: number;
  /** So many attempts do not return. */
  hangs: number;
  /** A rule refuses it for good. */
  readonly isRefused: boolean;
}

export interface Delivered {
  readonly streamId: string;
  readonly streamVersion: number;
  /** By the process that held the subscription at that moment. */
  readonly wasHeld: boolean;
}

/** What a command of a saga leaves behind, by the event that it answers. */
export const effectName = (type: string, of: string, index: number): string => `${type} of ${of} ${index}`;

/** All that exists in one schedule. */
export class World {
  /** Leases end in it, and those who had them come back. */
  isLong = false;
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly trace: Trace;
  readonly database: SimulatedDatabase;
  readonly processes: SimulatedProcess[] = [];
  /** Builds of which a process has said what it handles. */
  readonly declared = new Set<BuildName>();
  readonly requests: Request[] = [];
  /** What the plain handler has done outside of the database, in the order in which it did it. */
  readonly delivered: Delivered[] = [];
  /** When commands of sagas took effect, by `effectName`. */
  readonly effects = new Map<string, number>();
  /** When the saga of alarms had stored that an alarm was cleared, by the position of that event. */
  readonly withdrawnAt = new Map<number, number>();
  /** Of its own, so that whoever looks at what is expected changes nothing. */
  private readonly foreign: Random;
  /** Process that holds a subscription, as whoever watches the database sees it. */
  holderOf: (subscription: string) => string | undefined = () => undefined;
  /** The first promise that was broken: it ends the schedule. */
  violation: Violation | undefined;
  private readonly behaviours = new Map<string, Behaviour>();
  private ids = 0;

  constructor(
    readonly seed: number,
    isTraced: boolean,
    tables: Tables,
  ) {
    this.random = new Random(seed);
    this.foreign = new Random(~seed);
    this.trace = new Trace(this.timeline, isTraced);
    this.database = new SimulatedDatabase(this.timeline, this.random, tables);
  }

  violated(invariant: string, message: string): void {
    this.violation ??= { invariant, message };
  }

  newId(kind: string): string {
    return `${kind}${++this.ids}`;
  }

  between(least: number, most: number): number {
    return least + this.random.next() * (most - least);
  }

  /** What foreign code does about an event: mostly what it should. */
  behaviourOf(what: string): Behaviour {
    let behaviour = this.behaviours.get(what);
    if (!behaviour) this.behaviours.set(what, (behaviour = this.someBehaviour()));
    return behaviour;
  }

  private someBehaviour(): Behaviour {
    const kind = this.foreign.next();
    return {
      failures: kind < 0.05 ? 1 + this.foreign.below(3) : 0,
      hangs: kind > 0.97 ? 1 : 0,
      isRefused: kind > 0.94 && kind < 0.97,
    };
  }
}
