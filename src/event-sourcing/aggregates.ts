import { Inject } from '@nestjs/common';
import type { Aggregate, AggregateClass } from './aggregate.js';
import type { Streams } from './streams.js';
import { currentUnitOfWork } from './unit-of-work.js';

export const aggregatesToken = (aggregate: AggregateClass) => `Aggregates<${aggregate.streamType}>`;

/** Injects the `Aggregates` of one class, as `@InjectRepository` does for an entity. */
export const InjectAggregates = (aggregate: AggregateClass): ParameterDecorator => Inject(aggregatesToken(aggregate));

/** All aggregates of one class, for command handlers. What is saved is committed, as a whole, when the handler has returned. */
export class Aggregates<T extends Aggregate> {
  constructor(
    private readonly aggregate: AggregateClass<T>,
    private readonly streams: Streams,
  ) {}

  /** @throws DomainError `…-not-found`, or `version-mismatch` when the call's `If-Match` names another version. */
  async load(id: string): Promise<T> {
    const [loaded] = await this.streams.load([this.aggregate, id] as const);
    return loaded;
  }

  async find(id: string): Promise<T | undefined> {
    const [found] = await this.streams.find([this.aggregate, id] as const);
    return found;
  }

  /**
   * Stages the aggregate's new events. The first aggregate saved gives the answer its ETag.
   * @throws Error when the command has another object for the same stream
   */
  save(aggregate: T): void {
    const unit = currentUnitOfWork();
    if (unit.adopt(aggregate) !== aggregate) {
      throw new Error(
        `A second object for a stream of ${this.aggregate.streamType}: save what was loaded or saved before`,
      );
    }
    // Nest's commit() hands the events to a publisher without awaiting it: ours go to the log, with the unit of work.
    const events = [...aggregate.getUncommittedEvents()];
    aggregate.uncommit();
    unit.stage({
      streamId: aggregate.id,
      streamType: this.aggregate.streamType,
      expectedVersion: aggregate.version,
      events,
    });
  }
}
