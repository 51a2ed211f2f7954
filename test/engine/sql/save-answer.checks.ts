import { randomUUID } from 'node:crypto';
import { type Check, check, sqlStateOf } from './check.js';
import type { WriteSide } from './write-side.js';

const UNIQUE_VIOLATION = '23505';

const save = (on: WriteSide, actor: string, key: string, answer: object | null = { id: 'a' }) =>
  on.rows('select write.save_answer($1, $2, $3, $4, $5, $6)', [actor, key, 'hash', answer, 17, { stream: 3 }]);

const answersTo = (on: WriteSide, key: string) =>
  on.rows(
    `select actor, request_hash, result, position, versions, created_at > now() - interval '1 hour' as recent
     from write.idempotency_keys where key = $1 order by actor`,
    [key],
  );

export const saveAnswerChecks: Check[] = [
  check('stores the answer of a request under its actor and key', async (database) => {
    const on = await database.connect();
    const key = randomUUID();
    await save(on, 'anna', key, { id: 'a' });
    expect(await answersTo(on, key)).toEqual([
      {
        actor: 'anna',
        request_hash: 'hash',
        result: { id: 'a' },
        position: 17,
        versions: { stream: 3 },
        recent: true,
      },
    ]);
  }),

  check('stores that a request was answered by nothing', async (database) => {
    const on = await database.connect();
    const key = randomUUID();
    await save(on, 'anna', key, null);
    expect(await answersTo(on, key)).toMatchObject([{ result: null }]);
  }),

  check('takes the same key of another actor for another request', async (database) => {
    const on = await database.connect();
    const key = randomUUID();
    await save(on, 'anna', key);
    await save(on, 'bert', key, { id: 'b' });
    expect(await answersTo(on, key)).toMatchObject([{ result: { id: 'a' } }, { result: { id: 'b' } }]);
  }),

  check('takes the whole transaction with it when the key has an answer already, which stands', async (database) => {
    const on = await database.connect();
    const [key, stream] = [randomUUID(), randomUUID()];
    await save(on, 'anna', key, { id: 'a' });
    await on.run('begin');
    await on.appendEvent({ stream });
    expect(await sqlStateOf(save(on, 'anna', key, { id: 'b' }))).toBe(UNIQUE_VIOLATION);
    await on.run('commit');
    expect(await answersTo(on, key)).toMatchObject([{ result: { id: 'a' } }]);
    expect(await on.rows('select from write.streams where stream_id = $1', [stream])).toEqual([]);
  }),
];
