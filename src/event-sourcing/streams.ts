import { Injectable } from '@nestjs/common';
import { Aggregate, type AggregateClass, type Facts, type FactsClass } from './aggregate.js';
import type { EventClass } from './domain-event.js';
import { currentContext } from './execution-context.js';
import { DomainError, notFound } from './errors.js';
import { handlerName } from './fold.js';
import { EventStore } from './store/event-store.js';
import { currentUnitOfWork, insideUnitOfWork } from './unit-of-work.js';

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

  /** As `load`, with `undefined` where there is no such stream, or one of something else. */
  async find<const W extends readonly Wanted[]>(...wanted: W): Promise<Found<W>> {
    const states = wanted.map(([foldable, id]) => new foldable(id));
    const byId = new Map<string, Foldable[]>();
    for (const state of states) byId.set(state.id, [...(byId.get(state.id) ?? []), state]);

    await this.store.fold([...byId.keys()], ({ streamId, version, position, of, revive }) => {
      for (const state of byId.get(streamId) ?? []) {
        if (state.version === 0 && !beginsWith(state, of)) continue;
        if (isAbout(state, of)) state.replay(revive());
        state.version = version;
        state.position = position;
      }
    });
    for (const state of states) this.remember(state);
    return states.map((state) => (state.version === 0 ? undefined : state)) as Found<W>;
  }

  private remember(state: Foldable): void {
    if (!insideUnitOfWork()) return;
    const unit = currentUnitOfWork();
    unit.lastPositionSeen = Math.max(unit.lastPositionSeen, state.position);
    if (!(state instanceof Aggregate)) {
      if (factsOf(state).guarded && state.version > 0) unit.guards.set(state.id, state.version);
      return;
    }
    unit.seen.set(state.id, state.version);
    const { ifMatch } = currentContext();
    if (ifMatch?.streamId === state.id && state.version !== 0 && ifMatch.version !== state.version) {
      throw versionMismatch(state.version);
    }
  }
}

export const versionMismatch = (currentVersion: number) =>
  new DomainError('version', 'version-mismatch', 'It was changed by somebody else since you read it.', {
    currentVersion,
  });
