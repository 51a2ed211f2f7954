/** Work on a batch gives way to requests after this long. */
const SLICE_MS = 2;

let began = 0;
let next: Promise<void> | undefined;

/** Whether the subscriptions of this process have had their share of this turn of the event loop. */
export const sliceIsOver = (): boolean => performance.now() - began > SLICE_MS;

/**
 * The next turn, in which requests that have come in meanwhile have been read. A batch holds hundreds of events for each of several
 * subscriptions: handled in one go they would keep every request waiting, and the database idle.
 */
export const nextSlice = (): Promise<void> =>
  (next ??= new Promise((resolve) =>
    setImmediate(() => {
      began = performance.now();
      next = undefined;
      resolve();
    }),
  ));
