import { DomainEvent } from '../../../src/event-sourcing/domain-event.js';

/** Where an event is poison: what a pure method throws at, or a row that no column takes. */
export type Poison = 'chart' | 'row' | 'answering' | 'notify';

/** `mark` names the request that asked for the event. */
export interface Marked {
  readonly mark: string;
  readonly poison?: Poison;
}

/** The smallest ward that uses all of the engine: notes that a saga answers, alarms that ring unless they are cleared. */
export class Noted extends DomainEvent<Marked> {}
/** Version 2 says on which scale. */
export class Weighed extends DomainEvent<Marked & { readonly scale?: string }> {}
/** Only the new build knows it. */
export class Amended extends DomainEvent<Marked> {}
export class AlarmSet extends DomainEvent<Marked & { readonly dueAt: string }> {}
export class AlarmCleared extends DomainEvent<Marked> {}

/** What the commands of sagas leave behind: to which event they answer, and with which of their commands. */
export interface Effected {
  readonly of: string;
  readonly index: number;
}
export class Answered extends DomainEvent<Effected> {}
export class AlarmRang extends DomainEvent<Effected> {}
export class Reminded extends DomainEvent<Effected> {}
