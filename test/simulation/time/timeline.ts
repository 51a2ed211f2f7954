/** Something that is to happen at a moment of virtual time. */
export interface Planned {
  cancel(): void;
}

/** So many steps make one turn of the event loop, which costs more than a step. */
const STEPS_PER_TURN = 50;

class Moment implements Planned {
  constructor(
    readonly at: number,
    readonly order: number,
    public run: (() => void) | undefined,
  ) {}

  cancel(): void {
    this.run = undefined;
  }

  isBefore(other: Moment): boolean {
    return this.at < other.at || (this.at === other.at && this.order < other.order);
  }
}

/**
 * Virtual time. Nothing happens but what was planned, one thing after another, and after each of them all promises that it has
 * settled are followed to their ends: so the order of everything is the order of the moments, which a seed decides.
 */
export class Timeline {
  private readonly heap: Moment[] = [];
  private planned = 0;
  /** Milliseconds since the schedule began. */
  now = 0;
  /** How many things have happened. */
  steps = 0;

  after(ms: number, run: () => void): Planned {
    const moment = new Moment(this.now + Math.max(0, ms), this.planned++, run);
    this.push(moment);
    return moment;
  }

  /** Lets things happen until `until` says so, or nothing is left before the given moment. `until` is asked after each of them. */
  run(before: number, until: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const step = () => {
        if (isOver) return;
        try {
          isOver = until() || !this.happen(before);
          if (isOver) resolve();
        } catch (error) {
          isOver = true;
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      // Between two of them the promises that the first has settled are followed to their ends.
      const turn = () => {
        for (let i = 1; i < STEPS_PER_TURN; i++) setImmediate(step);
        setImmediate(() => {
          step();
          if (!isOver) turn();
        });
      };
      turn();
    });
  }

  /** Whether there was something left to happen. */
  private happen(before: number): boolean {
    const next = this.next(before);
    this.now = next?.at ?? Math.max(this.now, before);
    if (!next) return false;
    this.steps++;
    next.run!();
    return true;
  }

  private next(before: number): Moment | undefined {
    for (let first = this.heap[0]; first && first.at <= before; first = this.heap[0]) {
      this.dropFirst();
      if (first.run) return first;
    }
    return undefined;
  }

  private push(moment: Moment): void {
    const { heap } = this;
    let place = heap.push(moment) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!moment.isBefore(heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = moment;
  }

  private dropFirst(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.isBefore(heap[child]!)) child++;
      if (!heap[child]!.isBefore(last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
  }
}
