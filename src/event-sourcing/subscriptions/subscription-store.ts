import type { Checkpoint, LetterKind } from './checkpoint.js';

export interface Declaration {
  readonly name: string;
  /** Where a subscription that is new begins: a saga must not answer what happened before it existed. */
  readonly startsAt: 'beginning' | 'now';
  /** Names of the events that this build's consumer handles. */
  readonly types: readonly string[];
}

/** A subscription as one process sees it among the others. */
export interface Surveyed {
  readonly name: string;
  /** Owner that holds it, where that is alive and its lease has not ended. */
  readonly holder: number | undefined;
}

export interface Survey {
  /** Processes that are alive and run subscriptions, this one among them. */
  readonly workers: number;
  readonly subscriptions: readonly Surveyed[];
}

export interface Claimed {
  readonly name: string;
  readonly position: number;
  /** Raised by each claim: whoever held it before writes nothing any more. */
  readonly epoch: number;
  /** It was stopped by trouble, and has not got on since. */
  readonly troubled: boolean;
}

/** A stream of which an event is set aside, by the first one. */
export interface SetAside {
  readonly streamId: string;
  readonly kind: LetterKind;
  readonly type: string;
  readonly schemaVersion: number;
}

/** What the holder of a subscription has to know before it begins. */
export interface Briefing {
  /** Every type that some build declared for it, and the position of the log from which on. */
  readonly declared: ReadonlyMap<string, number>;
  readonly setAside: readonly SetAside[];
}

/** How far a subscription has come, as it is stored. */
export interface Progress {
  /** Nothing of its concern that is committed up to here is left to handle. */
  readonly reached: number;
  /** Events are set aside for it. */
  readonly hasDeadLetters: boolean;
}

/** The rows of `write.subscriptions` and what belongs to them. A port: PostgreSQL in life, a model of it in the simulation. */
export abstract class SubscriptionStore {
  /**
   * Makes rows for subscriptions that are new; a new saga begins at `head`, which has to be safe. A type that nobody had declared yet
   * takes the subscription from whoever holds it, so that no holder is left that does not know of it.
   */
  abstract declare(subscriptions: readonly Declaration[], head: number): Promise<void>;

  /** Who is alive, and who holds what of the named subscriptions. */
  abstract survey(names: readonly string[], owner: number): Promise<Survey>;

  /** Takes those of the named subscriptions that nobody else alive holds. */
  abstract claim(names: readonly string[], owner: number): Promise<Claimed[]>;

  /** To be asked after the claim, not with it: what is declared later raises the epoch. */
  abstract brief(names: readonly string[]): Promise<ReadonlyMap<string, Briefing>>;

  /**
   * Says that the process is alive, and prolongs its leases of the named subscriptions, not of others that stand on its owner.
   * Returns name and epoch of those that it still holds.
   */
  abstract renew(names: readonly string[], owner: number): Promise<ReadonlyMap<string, number>>;

  /** Makes it free for others, at once, with what stopped it, if that was trouble. Nothing where the epoch is another one. */
  abstract giveBack(name: string, epoch: number, trouble?: string): Promise<void>;

  /** Gives everything back at the end of a process or session, commands under way too. */
  abstract release(owner: number): Promise<void>;

  /** Stores the progress of subscriptions that had nothing to do. Returns the names of those still held. */
  abstract advanceIdle(steps: readonly Checkpoint[]): Promise<ReadonlySet<string>>;

  /** Stores a step that has no rows. @throws an error for which `isNotHeld` holds when the subscription was taken over. */
  abstract checkpoint(step: Checkpoint): Promise<void>;

  /** How far the named subscriptions have come towards a position. */
  abstract progress(names: readonly string[], upTo: number): Promise<ReadonlyMap<string, Progress>>;

  /** Positions of the events of a stream that are set aside, in order, up to `limit`. */
  abstract lettersOf(name: string, streamId: string, limit: number): Promise<number[]>;
}
