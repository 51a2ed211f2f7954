import type { Progress, SubscriptionStore } from './subscription-store.js';

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 20;

/** What to wait until the next look: the longer the more often one has looked in vain. */
export const pauseAfterLooks = (looks: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * looks);

/** A question that is not asked yet: whoever comes until then is answered by it, too. */
interface Question {
  readonly names: Set<string>;
  upTo: number;
  readonly answer: Promise<ReadonlyMap<string, Progress>>;
}

/**
 * How far subscriptions have come that other processes run, as these have stored it. However many wait here, one question at a time is
 * asked for all of them.
 */
export class ProgressElsewhere {
  private next: Question | undefined;
  private underWay: Promise<unknown> = Promise.resolve();

  constructor(private readonly store: SubscriptionStore) {}

  /** What is stored, asked for after the call. */
  async of(names: readonly string[], upTo: number): Promise<ReadonlyMap<string, Progress>> {
    if (names.length === 0) return new Map();
    const question = (this.next ??= this.prepare());
    for (const name of names) question.names.add(name);
    question.upTo = Math.max(question.upTo, upTo);
    return question.answer;
  }

  private prepare(): Question {
    const names = new Set<string>();
    const question: Question = {
      names,
      upTo: 0,
      answer: this.underWay.then(() => {
        this.next = undefined;
        return this.store.progress([...names], question.upTo);
      }),
    };
    this.underWay = question.answer.catch(() => undefined);
    return question;
  }
}
