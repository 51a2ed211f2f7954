import { type ICommand, type ISaga, ofType } from '@nestjs/cqrs';
import { map, mergeMap } from 'rxjs';
import type { DomainEvent } from '../../../src/event-sourcing/domain-event.js';
import { at, CancelTimer } from '../../../src/event-sourcing/sagas/timers.js';
import { Answer, AnswerAmendment, Remind, RingAlarm } from './commands.js';
import { AlarmCleared, AlarmSet, Amended, type Marked, Noted, Weighed } from './events.js';

type WardSaga = ISaga<DomainEvent>;

const keyOf = (streamId: string) => `alarm ${streamId}`;

function answer({ recorded, data }: DomainEvent<Marked>, commands: readonly (typeof Answer)[]): ICommand[] {
  if (data.poison === 'answering') throw new Error('poison');
  return commands.map((Command, index) => new Command(`${recorded.streamId}-answers`, recorded.eventId, index));
}

/** Two answers to a note, which have an order, and one to what was weighed. */
export const answering: readonly WardSaga[] = [
  (events$) =>
    events$.pipe(
      ofType(Noted),
      mergeMap((event) => answer(event, [Answer, Answer])),
    ),
  (events$) =>
    events$.pipe(
      ofType(Weighed),
      mergeMap((event) => answer(event, [Answer])),
    ),
];

export const answeringAmendments: readonly WardSaga[] = [
  ...answering,
  (events$) =>
    events$.pipe(
      ofType(Amended),
      mergeMap((event) => answer(event, [AnswerAmendment])),
    ),
];

/** An alarm rings when it is due, unless it was cleared. */
export const alarms: readonly WardSaga[] = [
  (events$) =>
    events$.pipe(
      ofType(AlarmSet),
      map(({ recorded: { streamId, eventId }, data: { dueAt } }) =>
        at(dueAt, new RingAlarm(streamId, eventId, 0), keyOf(streamId)),
      ),
    ),
  (events$) =>
    events$.pipe(
      ofType(AlarmCleared),
      map(({ recorded }) => new CancelTimer(keyOf(recorded.streamId))),
    ),
];

/** The same moment and the same key, but another class: nobody withdraws these. */
export const reminders: readonly WardSaga[] = [
  (events$) =>
    events$.pipe(
      ofType(AlarmSet),
      map(({ recorded: { streamId, eventId }, data: { dueAt } }) =>
        at(dueAt, new Remind(`${streamId}-reminders`, eventId, 0), keyOf(streamId)),
      ),
    ),
];
