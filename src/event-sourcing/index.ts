/** What module code may use of the engine. */
export { Aggregate, Facts, type AggregateClass } from './aggregate.js';
export { Aggregates, InjectAggregates } from './aggregates.js';
export { AsOf } from './as-of.js';
export { CommandHealth } from './buses/command-health.js';
export { Clock } from './clock.js';
export { DomainEvent, type EventClass, type EventMetadata, type Instant, type Recorded } from './domain-event.js';
export { catalogue, type CatalogueOf } from './event-catalogue.js';
export {
  ConcurrencyConflict,
  DomainError,
  type DomainErrorKind,
  invalid,
  notFound,
  refused,
  RunAgain,
} from './errors.js';
export { type EventSourcingOptions, EventSourcingModule } from './event-sourcing.module.js';
export type { Feature } from './feature-registry.js';
export {
  currentContext,
  runInContext,
  SYSTEM,
  type Actor,
  type CommandOutcome,
  type ExecutionContext,
  type Role,
} from './execution-context.js';
export { idFor, newId } from './ids.js';
export { Projection } from './projections/projection.js';
export { Projects } from './projections/projects.js';
export { Reads } from './reads.js';
export { PassesOver } from './subscriptions/passes-over.js';
export { at, CancelTimer, Timer } from './sagas/timers.js';
export type { MetadataOf } from './store/commit-statements.js';
export { Streams } from './streams.js';
export { currentUnitOfWork, type Effect } from './unit-of-work.js';
export { type SubscriptionState, SubscriptionStatus } from './subscriptions/subscription-status.js';
export { Subscriptions } from './subscriptions/subscriptions.js';
