import { DataSource } from 'typeorm';
import { typeOrmOptions } from '../../src/database/data-source.js';
import { Database, type LaneSettings } from '../../src/database/database.js';
import { DEFAULT_LIMITS, type Lane, LANES } from '../../src/database/limits.js';

/** Short, so that a test sees the end of them. */
export const SHORT_MS = 1000;

const deadlines = (ms: number) => Object.fromEntries(LANES.map((lane) => [lane, ms])) as Record<Lane, number>;

export interface OpenLanes {
  readonly database: Database;
  close(): Promise<void>;
}

/** The database layer alone, with the same deadline for every lane. */
export async function openLanes(
  url: string,
  deadline = SHORT_MS,
  settings: Partial<LaneSettings> = {},
): Promise<OpenLanes> {
  const dataSource = await new DataSource(typeOrmOptions({ url, poolSize: 1 })).initialize();
  const limits = { ...DEFAULT_LIMITS, deadlines: deadlines(deadline) };
  const database = new Database(dataSource, { poolSize: 20, limits, ...settings });
  return {
    database,
    close: async () => {
      await database.close();
      if (dataSource.isInitialized) await dataSource.destroy();
    },
  };
}
