import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { isUnavailable } from '../../database/unavailable.js';
import { DomainError, refused } from '../errors.js';
import type { ExecutionContext } from '../execution-context.js';
import type { Effect, UnitOfWork } from '../unit-of-work.js';

const findAnswer = sql`
  select request_hash, result, position, versions from write.idempotency_keys where actor = $1 and key = $2`;

interface Answer {
  request_hash: string;
  result: unknown;
  position: number;
  versions: Record<string, number>;
}

/** Another process has stored the answer to this key first: the command is rolled back, and that answer stands. */
class AnsweredMeanwhile extends Error {}

/**
 * Commands, once: the answer to a key is stored in the command's own transaction, so that there is either an effect and its
 * answer or neither. Answers are kept for 7 days at least (housekeeping).
 */
@Injectable()
export class Idempotency {
  private readonly inFlight = new Set<string>();

  constructor(private readonly database: Database) {}

  /**
   * Runs the command unless its key has an answer already.
   * @throws DomainError `idempotency-key-in-flight` (refused) or `idempotency-key-reused` (key-reused)
   */
  async once<R>(
    context: ExecutionContext,
    run: (effect: (unit: UnitOfWork, result: R) => Effect) => Promise<R>,
  ): Promise<R> {
    const { idempotency, actor } = context;
    if (!idempotency) throw new Error('There is no idempotency key');
    const { key, requestHash } = idempotency;
    const slot = `${actor.id} ${key}`;
    if (this.inFlight.has(slot)) {
      throw refused('idempotency-key-in-flight', 'A request with this Idempotency-Key is being worked on.');
    }
    this.inFlight.add(slot);
    try {
      const answer = await this.answerOf(context);
      if (answer) return replay<R>(answer, context);
      try {
        return await run((unit, result) => saveAnswer(context, key, requestHash, unit, result));
      } catch (error) {
        // what does not answer now would not answer this question either: the client asks again
        if (isUnavailable(error)) throw error;
        // The same request at another process may have won meanwhile, and what is refused here may be the consequence of that.
        const stored = await this.answerOf(context);
        if (!stored) throw error;
        return replay<R>(stored, context);
      }
    } finally {
      this.inFlight.delete(slot);
    }
  }

  private async answerOf({ actor, idempotency }: ExecutionContext): Promise<Answer | undefined> {
    const [answer] = await this.database.query<Answer>(findAnswer, [actor.id, idempotency?.key], 'loads');
    return answer;
  }
}

function replay<R>(answer: Answer, context: ExecutionContext): R {
  if (answer.request_hash !== context.idempotency?.requestHash) {
    throw new DomainError(
      'key-reused',
      'idempotency-key-reused',
      'This Idempotency-Key was used with another request.',
    );
  }
  context.outcome = { position: answer.position, versions: new Map(Object.entries(answer.versions)) };
  return (answer.result ?? undefined) as R;
}

function saveAnswer(
  context: ExecutionContext,
  key: string,
  requestHash: string,
  unit: UnitOfWork,
  result: unknown,
): Effect {
  const versions: Record<string, number> = Object.fromEntries(unit.seen);
  for (const { streamId, expectedVersion, events } of unit.streams)
    versions[streamId] = expectedVersion + events.length;
  return {
    call: 'write.save_answer($1, $2, $3, $4::jsonb, appended.position, $5::jsonb)',
    values: [
      context.actor.id,
      key,
      requestHash,
      result === undefined ? null : JSON.stringify(result),
      JSON.stringify(versions),
    ],
    onViolation: (constraint) => (constraint === 'idempotency_keys_pkey' ? new AnsweredMeanwhile() : undefined),
  };
}
