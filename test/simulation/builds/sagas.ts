import { type ICommand, type ISaga, ofType } from '@nestjs/cqrs';
import { map, mergeMap } from 'rxjs';
import type { DomainEvent } from '../../../src/event-sourcing/domain-event.js';
import { at, CancelTimer } from '../../../src/event-sourcing/sagas/timers.js';
import { Answer, AnswerAmendment, Remind, RingAlarm } from './commands.js';
import { AlarmCleared, AlarmSet, Amended, type Marked, Noted, Weighed } from './events.js';

type WardSaga = ISaga<DomainEvent<object>>;

const answersOf = (streamId: string) => `${streamId}-answers`;
const keyOf = (streamId: string) => `alarm ${streamId}`;

function answer({ recorded, data }: DomainEvent<Marked>, count: number): ICommand[] {
  if (data.poison === 'answering') throw new Error('poison');
  const { streamId, eventId } = recorded;
  return Array.from({ length: count }, (_, index) => new Answer(answersOf(streamId), eventId, index));
}

/** Two answers to a note, which have an order, and one to what was weighed. */
export const answering: readonly WardSaga[] = [
  (events$) =>
    events$.pipe(
      ofType(Noted),
      mergeMap((event) => answer(event, 2)),
    ),
  (events$) =>
    events$.pipe(
      ofType(Weighed),
      mergeMap((event) => answer(event, 1)),
    ),
];

export const answeringAmendments: readonly WardSaga[] = [
  ...answering,
  (events$) =>
    events$.pipe(
      ofType(Amended),
      map(({ recorded }) => new AnswerAmendment(answersOf(recorded.streamId), recorded.eventId, 0)),
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
