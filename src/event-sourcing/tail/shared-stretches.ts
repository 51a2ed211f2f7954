import { type Batch, batchAfter, bytesOf } from './batch.js';

const KEPT_BYTES = 2_000_000;

interface Known extends Batch {
  readonly from: number;
  readonly bytes: number;
}

/**
 * Stretches of the log for the subscriptions that are behind. Most of them are behind together: whoever comes first reads, one
 * stretch at a time in this process, and the others find it here.
 */
export class SharedStretches {
  private known: Known[] = [];
  private reading: { readonly from: number; readonly done: Promise<unknown> } | undefined;
  private generation = 0;

  constructor(private readonly read: (after: number, upTo: number) => Promise<Batch>) {}

  async after(position: number, upTo: number): Promise<Batch> {
    for (;;) {
      const found = this.known.find((stretch) => stretch.from <= position && position < stretch.upTo);
      if (found) return batchAfter(found.events, position, found.upTo);
      if (!this.reading) return await this.readFrom(position, upTo);
      // what goes wrong there is told to who reads
      await this.reading.done.catch(() => undefined);
    }
  }

  forget(): void {
    this.known = [];
    this.generation++;
  }

  private async readFrom(from: number, upTo: number): Promise<Batch> {
    const { generation } = this;
    const stretch = this.read(from, upTo);
    const reading = { from, done: stretch };
    this.reading = reading;
    try {
      const batch = await stretch;
      if (generation === this.generation) this.keep({ ...batch, from, bytes: bytesOf(batch.events) });
      return batchAfter(batch.events, from, batch.upTo);
    } finally {
      this.reading = undefined;
    }
  }

  private keep(stretch: Known): void {
    this.known.push(stretch);
    let bytes = this.known.reduce((sum, each) => sum + each.bytes, 0);
    while (bytes > KEPT_BYTES && this.known.length > 1) bytes -= this.known.shift()!.bytes;
  }
}
