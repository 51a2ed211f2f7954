import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's package `libfaketime`. */
const LIBRARY = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find(existsSync);

/** A clock for one PostgreSQL server, that can be set while it runs. */
export class ServerClock {
  static readonly available = LIBRARY !== undefined;

  private constructor(
    /** Folder of programs that tell the time by this clock. */
    readonly bin: string,
  ) {
    this.set(0);
  }

  /** @param bin folder of the real programs */
  static before(bin: string): ServerClock {
    const folder = mkdtempSync(join(tmpdir(), `anamnesis-test-${process.pid}-clock-`));
    chmodSync(folder, 0o755);
    const clock = new ServerClock(folder);
    for (const program of ['postgres', 'initdb']) {
      const wrapper = join(folder, program);
      const faked = program === 'postgres' ? `LD_PRELOAD=${LIBRARY}` : '';
      writeFileSync(
        wrapper,
        `#!/bin/sh\nexec env ${faked} FAKETIME_TIMESTAMP_FILE=${clock.file} FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DISABLE_SHM=1 ${join(bin, program)} "$@"\n`,
      );
      chmodSync(wrapper, 0o755);
    }
    return clock;
  }

  /** From within a second on it is that much ahead of the machine's, or behind. */
  set(seconds: number): void {
    writeFileSync(this.file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    chmodSync(this.file, 0o644);
  }

  remove(): void {
    rmSync(this.bin, { recursive: true });
  }

  private get file(): string {
    return join(this.bin, 'clock');
  }
}
