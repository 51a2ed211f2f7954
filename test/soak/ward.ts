import { type ICommand, type ISaga, ofType } from '@nestjs/cqrs';
import { map } from 'rxjs';
import { DomainEvent } from '../../src/event-sourcing/domain-event.js';
import { catalogue } from '../../src/event-sourcing/event-catalogue.js';
import { FeatureRegistry } from '../../src/event-sourcing/feature-registry.js';
import { Projection } from '../../src/event-sourcing/projections/projection.js';
import { at, CancelTimer } from '../../src/event-sourcing/sagas/timers.js';

/** What a note does to those who handle it. */
export type Effect = 'none' | 'hangs' | 'fails' | 'is poison';

export class Noted extends DomainEvent<{ readonly effect: Effect }> {}
export class AlarmSet extends DomainEvent<{ readonly dueAt: string }> {}
export class AlarmCleared extends DomainEvent<Record<string, never>> {}
export class Answered extends DomainEvent<Record<string, never>> {}

export class Answer {
  constructor(
    readonly stream: string,
    readonly effect: Effect,
  ) {}
}

export interface CountRow {
  readonly id: string;
  readonly events: number;
}

export class CountProjection extends Projection<CountRow> {
  onNoted(row: CountRow | undefined, { recorded, data }: Noted): CountRow {
    if (data.effect === 'is poison') throw new Error('poison');
    return { id: recorded.streamId, events: (row?.events ?? 0) + 1 };
  }

  onAnswered(row: CountRow | undefined, { recorded }: Answered): CountRow {
    return { id: recorded.streamId, events: (row?.events ?? 0) + 1 };
  }
}

export const TYPES = ['ward.noted', 'ward.alarm-set', 'ward.alarm-cleared', 'ward.answered'] as const;
export type WardType = (typeof TYPES)[number];

export const registryOfWard = (): FeatureRegistry => {
  const registry = new FeatureRegistry();
  const events = {
    noted: { event: Noted },
    'alarm-set': { event: AlarmSet },
    'alarm-cleared': { event: AlarmCleared },
    answered: { event: Answered },
  };
  registry.add({ events: catalogue('ward', events), aggregates: [], durableCommands: { 'ward.answer': Answer } });
  return registry;
};

export const answering: readonly ISaga<DomainEvent>[] = [
  (events$) =>
    events$.pipe(
      ofType(Noted),
      map(({ recorded, data }): ICommand => new Answer(recorded.streamId, data.effect)),
    ),
];

export const alarms: readonly ISaga<DomainEvent>[] = [
  (events$) =>
    events$.pipe(
      ofType(AlarmSet),
      map(({ recorded: { streamId }, data }): ICommand => at(data.dueAt, new Answer(streamId, 'none'), streamId)),
    ),
  (events$) =>
    events$.pipe(
      ofType(AlarmCleared),
      map(({ recorded }): ICommand => new CancelTimer(recorded.streamId)),
    ),
];
