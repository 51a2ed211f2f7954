import { randomUUID } from 'node:crypto';
import type { LetterRow, WriteSide } from './write-side.js';

export interface SubscriptionRow {
  readonly position: number;
  readonly epoch: number;
  readonly trouble: string | null;
  readonly troubleSince: string | null;
  readonly updatedAt: string;
}

/** A subscription of its own, at position 40 under epoch 3, stopped by trouble an hour ago. */
export async function subscriptionAt40(on: WriteSide): Promise<string> {
  const name = `projection:${randomUUID()}`;
  await on.rows(
    `insert into write.subscriptions (name, position, epoch, trouble, trouble_since, updated_at)
     values ($1, 40, 3, 'relation missing', now() - interval '1 hour', now() - interval '1 hour')`,
    [name],
  );
  return name;
}

export async function subscriptionRow(on: WriteSide, name: string): Promise<SubscriptionRow> {
  const [row] = await on.rows<SubscriptionRow & Record<string, unknown>>(
    `select position, epoch, trouble, trouble_since as "troubleSince", updated_at as "updatedAt"
     from write.subscriptions where name = $1`,
    [name],
  );
  return row!;
}

export const letter = (position: number, more: Partial<LetterRow> = {}): LetterRow => ({
  position,
  stream_id: randomUUID(),
  event_id: randomUUID(),
  type: 'engine.counted',
  kind: 'failed',
  error: 'Error',
  attempts: 4,
  ...more,
});

export const lettersOf = (on: WriteSide, subscription: string): Promise<LetterRow[]> =>
  on.rows<LetterRow & Record<string, unknown>>(
    `select position, stream_id, event_id, type, kind, error, attempts
     from write.dead_letters where subscription = $1 order by position`,
    [subscription],
  );
