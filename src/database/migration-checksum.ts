import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export type MigrationClass = new () => MigrationInterface;

/** As TypeORM keeps it in its table of migrations. */
export const nameOf = (Migration: MigrationClass): string => new Migration().name ?? Migration.name;

/** Milliseconds, the last 13 digits of the name: migrations are applied in this order. */
export const timestampOf = (name: string): number => Number(name.slice(-13));

/**
 * SHA-256 of what a migration sends to the server, with its parameters and to the letter, white space and comments of SQL
 * included. The TypeScript around it may be formatted or commented anew.
 *
 * Nothing is asked of a database, so a migration decides in SQL, never in TypeScript by what a query answered.
 *
 * @throws Error when the migration looks at an answer, or uses anything of the runner but `query`.
 */
export async function checksumOf(Migration: MigrationClass): Promise<string> {
  const sent: unknown[] = [];
  await new Migration().up(recordingRunner((statement) => sent.push(statement), nameOf(Migration)));
  return createHash('sha256').update(JSON.stringify(sent)).digest('hex');
}

function recordingRunner(record: (statement: readonly unknown[]) => void, name: string): QueryRunner {
  const query = (...statement: readonly unknown[]) => {
    record(statement);
    return Promise.resolve(refusingAll({}, `${name} looks at the answer of a query: let SQL decide`));
  };
  return refusingAll({ query }, `${name} uses more of its runner than query()`) as QueryRunner;
}

/** Has what `target` has. To be asked for `then` is part of being awaited. */
function refusingAll(target: object, complaint: string): object {
  return new Proxy(target, {
    get(_, property) {
      if (property in target || property === 'then') return Reflect.get(target, property) as unknown;
      throw new Error(`${complaint} (${String(property)})`);
    },
  });
}
