import type { Timeline } from './timeline.js';

/** What happened, line by line, where somebody wants to read it: the same seed gives the same lines. */
export class Trace {
  readonly lines: string[] = [];

  constructor(
    private readonly timeline: Timeline,
    readonly isOn: boolean,
  ) {}

  /** The text is made only when it is kept. */
  note(who: string, what: () => string): void {
    if (!this.isOn) return;
    this.lines.push(`${this.timeline.now.toFixed(2).padStart(10)}  ${who.padEnd(10)} ${what()}`);
  }
}
