import type { LetterKind } from '../../../src/event-sourcing/subscriptions/checkpoint.js';

export interface DeadLetter {
  readonly subscription: string;
  readonly position: number;
  readonly streamId: string;
  readonly eventId: string;
  readonly type: string;
  /** Of the event, which the statement joins. */
  readonly schemaVersion: number;
  readonly kind: LetterKind;
  readonly error: string;
}

/** `write.dead_letters`, in the order of their positions. */
export class DeadLetterRows {
  private letters: DeadLetter[] = [];

  of(subscription: string): DeadLetter[] {
    return this.letters.filter((letter) => letter.subscription === subscription);
  }

  /** `insert … on conflict do nothing`. */
  insert(letter: DeadLetter): void {
    if (this.find(letter.subscription, letter.position)) return;
    this.letters.push(letter);
    this.letters.sort((a, b) => a.position - b.position);
  }

  find(subscription: string, position: number): DeadLetter | undefined {
    return this.letters.find((letter) => letter.subscription === subscription && letter.position === position);
  }

  /** Whether it was there. */
  delete(subscription: string, position: number): boolean {
    const letter = this.find(subscription, position);
    this.letters = this.letters.filter((other) => other !== letter);
    return letter !== undefined;
  }
}
