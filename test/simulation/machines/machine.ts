import type { Random } from '../../support/random.js';
import type { Timeline } from '../time/timeline.js';

/** After a pause, what came meanwhile is worked off within this time, in any order. */
const CATCH_UP_MS = 5;

/** What a process runs on, as far as the process can tell: it may stand still for a while, and it may be gone. */
export class Machine {
  private state: 'running' | 'paused' | 'dead' = 'running';
  private held: (() => void)[] = [];

  constructor(
    private readonly timeline: Timeline,
    private readonly random: Random,
  ) {}

  get isDead(): boolean {
    return this.state === 'dead';
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** Lets something happen in the process: at once, when the machine goes on, or never. */
  deliver(run: () => void): void {
    if (this.state === 'running') run();
    else if (this.state === 'paused') this.held.push(run);
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused';
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.state = 'running';
    const { held } = this;
    this.held = [];
    for (const run of held) this.timeline.after(this.random.next() * CATCH_UP_MS, () => this.deliver(run));
  }

  die(): void {
    this.state = 'dead';
    this.held = [];
  }
}
