// Loaded into a process by `--import`: what waits for up to a second waits for a millisecond, so that days of turns pass in minutes.
// At SIGUSR2 it collects its garbage (it needs --expose-gc) and says how many turns there were, and what is left on the heap.
const { setTimeout } = globalThis;
let turns = 0;

globalThis.setTimeout = (work, ms, ...rest) => {
  if (!(ms >= 50 && ms <= 1000)) return setTimeout(work, ms, ...rest);
  turns++;
  return setTimeout(work, 1, ...rest);
};

process.on('SIGUSR2', () => {
  globalThis.gc();
  globalThis.gc();
  console.log(`After ${turns} turns ${process.memoryUsage().heapUsed} bytes are left`);
});
