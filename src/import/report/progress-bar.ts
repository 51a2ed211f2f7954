import { SingleBar } from 'cli-progress';
import type { Progress } from '../importer.js';

/** Without a terminal: how often a line is written. */
const LINE_EVERY_MS = 5000;

export interface ProgressDisplay {
  show(progress: Progress): void;
  stop(): void;
}

/** A bar with rate and remaining time on a terminal, a line now and then elsewhere. */
export function progressDisplay(totalBytes: number, stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bar(totalBytes, stream) : lines(totalBytes, stream);
}

function bar(totalBytes: number, stream: NodeJS.WriteStream): ProgressDisplay {
  const started = Date.now();
  const single = new SingleBar({
    stream,
    format: 'Importing [{bar}] {percentage} % | {resources} resources | {rate}/s | {left} left',
    hideCursor: true,
    clearOnComplete: false,
  });
  single.start(totalBytes, 0, measuresOf({ bytes: 0, resources: 0 }, totalBytes, started));
  return {
    show: (progress) => single.update(progress.bytes, measuresOf(progress, totalBytes, started)),
    stop: () => single.stop(),
  };
}

function lines(totalBytes: number, stream: NodeJS.WriteStream): ProgressDisplay {
  const started = Date.now();
  let last = started;
  return {
    show: (progress) => {
      if (Date.now() - last < LINE_EVERY_MS) return;
      last = Date.now();
      const { percentage, resources, rate, left } = measuresOf(progress, totalBytes, started);
      stream.write(`Importing: ${percentage} %, ${resources} resources, ${rate}/s, ${left} left\n`);
    },
    stop: () => undefined,
  };
}

/** The rate is that of resources; the time that is left follows from the bytes, whose number is known from the start. */
export function measuresOf({ bytes, resources }: Progress, totalBytes: number, started: number, now = Date.now()) {
  const seconds = Math.max(now - started, 1) / 1000;
  return {
    percentage: Math.floor((100 * bytes) / Math.max(totalBytes, 1)),
    resources: resources.toLocaleString('en-US'),
    rate: Math.round(resources / seconds).toLocaleString('en-US'),
    left: bytes === 0 ? '?' : duration((seconds * Math.max(totalBytes - bytes, 0)) / bytes),
  };
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600 ? `${Math.ceil(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}
