import type { Effected } from './events.js';

/** Commands of sagas. Each leaves one event in a stream; `of` is the id of the event that it answers. */
abstract class WardCommand implements Effected {
  constructor(
    readonly stream: string,
    readonly of: string,
    readonly index: number,
  ) {}
}

export class Answer extends WardCommand {}
/** Only the new build knows it. */
export class AnswerAmendment extends WardCommand {}
export class RingAlarm extends WardCommand {}
export class Remind extends WardCommand {}
