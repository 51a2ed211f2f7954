import { Injectable } from '@nestjs/common';
import { Aggregate, type AggregateClass, type Facts, type FactsClass } from './aggregate.js';
import type { DomainEvent, EventClass } from './domain-event.js';
import { currentContext } from './execution-context.js';
import { ConcurrencyConflict, DomainError, notFound } from './errors.js';
import { handlerName } from './fold.js';
import { EventStore } from './store/event-store.js';
import { currentUnitOfWork, insideUnitOfWork, type UnitOfWork } from './unit-of-work.js';

type Foldable = Aggregate | Facts;
type FoldableClass<T extends Foldable = Foldable> = (new (id: string) => T) & (AggregateClass | FactsClass);
/** What to fold, and from which stream. */
export type Wanted<T extends Foldable = Foldable> = readonly [FoldableClass<T>, string];
type Folded<W extends readonly Wanted[]> = {
  [K in keyof W]: W[K] extends readonly [new (id: string) => infer T, string] ? T : never;
};
type Found<W extends readonly Wanted[]> = { [K in keyof W]: Folded<W>[K] | undefined };

const nameOf = (wanted: FoldableClass) =>
  'streamType' in wanted ? wanted.streamType.slice(wanted.streamType.indexOf('.') + 1) : wanted.of;

const factsOf = (state: Facts) => state.constructor as FactsClass;

/** A stream of something else, whose id was given by mistake, is as good as none. */
const beginsWith = (state: Foldable, event: EventClass | undefined): boolean => {
  const known = state instanceof Aggregate ? (state.constructor as AggregateClass).events : factsOf(state).begins;
  return event === undefined || known.includes(event);
};

/** Facts pass over what they are not about, readable or not; an aggregate is all of its events. */
const isAbout = (state: Foldable, event: EventClass | undefined): boolean =>
  state instanceof Aggregate || (event !== undefined && handlerName(event) in state);

const classOf = (event: DomainEvent) => event.constructor as EventClass;

const knownTo = (unit: UnitOfWork | undefined, foldable: FoldableClass, id: string): Foldable | undefined => {
  const known = unit?.aggregateOf(id);
  return known instanceof foldable ? known : undefined;
};

/** @throws ConcurrencyConflict when the command has read other facts of the stream at another version */
function guard({ guards }: UnitOfWork, { id, version }: Facts): void {
  const earlier = guards.get(id);
  if (earlier !== undefined && earlier !== version) throw new ConcurrencyConflict(id, earlier, version);
  guards.set(id, version);
}

/** Loads several streams, of any module, in one round trip. */
@Injectable()
export class Streams {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError `…-not-found` for the first stream that does not exist. */
  async load<const W extends readonly Wanted[]>(...wanted: W): Promise<Folded<W>> {
    const found = await this.find(...wanted);
    found.forEach((folded, i) => {
      if (!folded) throw notFound(nameOf(wanted[i]![0]));
    });
    return found as unknown as Folded<W>;
  }

  /**
   * As `load`, with `undefined` where there is no such stream, or one of something else. Within one command, an aggregate that was
   * loaded or saved before is the same object, and facts know what the command has saved.
   */
  async find<const W extends readonly Wanted[]>(...wanted: W): Promise<Found<W>> {
    const unit = insideUnitOfWork() ? currentUnitOfWork() : undefined;
    const states = wanted.map(([foldable, id]) => knownTo(unit, foldable, id) ?? new foldable(id));
    const begun = await this.fold(
      states.filter((state) => !(state instanceof Aggregate && unit?.aggregateOf(state.id) === state)),
    );
    return states.map((state) => {
      if (!unit) return state.version > 0 ? state : undefined;
      // That a stream is not there is held too. One of something else never becomes what was asked for.
      if (!(state instanceof Aggregate) && factsOf(state).guarded && (state.version > 0 || !begun.has(state.id)))
        guard(unit, state);
      return this.within(unit, state);
    }) as Found<W>;
  }

  /** Gives the ids of the streams that there are, of whatever kind. */
  private async fold(states: readonly Foldable[]): Promise<ReadonlySet<string>> {
    const byId = new Map<string, Foldable[]>();
    const begun = new Set<string>();
    for (const state of states) byId.set(state.id, [...(byId.get(state.id) ?? []), state]);
    if (byId.size === 0) return begun;
    await this.store.fold([...byId.keys()], ({ streamId, version, position, of, revive }) => {
      begun.add(streamId);
      for (const state of byId.get(streamId) ?? []) {
        if (state.version === 0 && !beginsWith(state, of)) continue;
        if (isAbout(state, of)) state.replay(revive());
        state.version = version;
        state.position = position;
      }
    });
    return begun;
  }

  /** What the command has of it: what was just loaded, or what it has had before. */
  private within(unit: UnitOfWork, state: Foldable): Foldable | undefined {
    unit.lastPositionSeen = Math.max(unit.lastPositionSeen, state.position);
    if (state instanceof Aggregate) return this.aggregateWithin(unit, state);
    const begun = state.version > 0;
    const staged = unit.stagedOn(state.id);
    if (!begun && !beginsWith(state, staged[0] && classOf(staged[0]))) return undefined;
    for (const event of staged) if (isAbout(state, classOf(event))) state.replay(event);
    return begun || staged.length > 0 ? state : undefined;
  }

  private aggregateWithin(unit: UnitOfWork, state: Aggregate): Aggregate | undefined {
    const known = unit.aggregateOf(state.id);
    if (state === known) return state;
    unit.seen.set(state.id, state.version);
    if (state.version === 0) return known instanceof state.constructor ? known : undefined;
    const { ifMatch } = currentContext();
    if (ifMatch?.streamId === state.id && ifMatch.version !== state.version) throw versionMismatch(state.version);
    return unit.adopt(state);
  }
}

export const versionMismatch = (currentVersion: number) =>
  new DomainError('version', 'version-mismatch', 'It was changed by somebody else since you read it.', {
    currentVersion,
  });
