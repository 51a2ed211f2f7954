const FIRST_REST_SECONDS = 1;
const LONGEST_REST_SECONDS = 8;
/** Another worker may have carried it out since. */
const FORGOTTEN_MS = 30_000;

interface Hindered {
  readonly text: string;
  readonly times: number;
  readonly at: number;
}

/** Commands that cannot be carried out for trouble of the database, which is no fault of theirs: they are tried until it is over. */
export class Hindrances {
  private readonly byCommand = new Map<string, Hindered>();

  /** @returns the seconds after which it is tried again */
  met(commandId: string, text: string, now: number): number {
    const times = (this.byCommand.get(commandId)?.times ?? 0) + 1;
    this.byCommand.set(commandId, { text, times, at: now });
    return Math.min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** (times - 1));
  }

  over(commandId: string): void {
    this.byCommand.delete(commandId);
  }

  /** What lasts: one that was over at the next try is not worth a word. */
  lasting(now: number): string | undefined {
    for (const [id, { at, text, times }] of this.byCommand) {
      if (now - at > FORGOTTEN_MS) this.byCommand.delete(id);
      else if (times > 1) return text;
    }
    return undefined;
  }
}
