import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler, ofType, Saga } from '@nestjs/cqrs';
import { map, type Observable } from 'rxjs';
import {
  at,
  type DomainEvent,
  EventSourcingModule,
  newId,
  SubscriptionStatus,
} from '../../src/event-sourcing/index.js';
import { Observer } from '../support/observer.js';
import { until } from '../support/until.js';
import { AlarmSet, Count, Counted, CounterModule, SetAlarm } from './counter.js';
import { createEngineDatabase, Engine } from './engine.js';

/** In its second version; in the first, the subject had another name. */
class Note extends Command<void> {
  constructor(
    readonly subject: string,
    readonly by: number,
  ) {
    super();
  }
}

@CommandHandler(Note)
class NoteHandler implements ICommandHandler<Note> {
  static noted: Note[] = [];

  execute(note: Note): Promise<void> {
    NoteHandler.noted.push(note);
    return Promise.resolve();
  }
}

@Injectable()
class NoteEachCount {
  @Saga()
  count = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(Counted),
      map(({ recorded, data }) => new Note(recorded.streamId, data.by === 13 ? Number.NaN : data.by)),
    );

  @Saga()
  alarm = (events$: Observable<DomainEvent>) =>
    events$.pipe(
      ofType(AlarmSet),
      map(({ recorded, data }) => at(data.dueAt, new Note(recorded.streamId, 100))),
    );
}

@Module({
  imports: [
    EventSourcingModule.forFeature({
      events: {},
      aggregates: [],
      durableCommands: {
        'engine.note': {
          command: Note,
          version: 2,
          upcasters: { 1: ({ id, ...rest }) => ({ ...rest, subject: id }) },
        },
      },
    }),
  ],
  providers: [NoteHandler, NoteEachCount],
})
class NoteModule {}

const SAGA = 'saga:NoteEachCount';

describe('a command that waits', () => {
  let engine: Engine;
  let owner: Observer;
  let database: Awaited<ReturnType<typeof createEngineDatabase>>;
  beforeAll(async () => {
    database = await createEngineDatabase();
    owner = await Observer.on(database.url);
    engine = await Engine.start(database.url, { modules: [CounterModule, NoteModule] });
    await engine.settle();
  });
  afterAll(async () => {
    await engine.stop();
    await owner.close();
    await database.drop();
  });

  const notesOf = (subject: string) => NoteHandler.noted.filter((note) => note.subject === subject);
  const rowsOf = (subject: string) =>
    owner.rows<{ status: string; version: number; attempts: number }>(
      `select status, schema_version as version, attempts from write.pending_commands
       where name = 'engine.note' and coalesce(payload->>'subject', payload->>'id') = $1`,
      [subject],
    );
  /** As another build has stored it. */
  const stored = (version: number, payload: object) =>
    owner.rows(
      `insert into write.pending_commands (id, saga, event_id, index, name, schema_version, payload, metadata, due_at)
       values (gen_random_uuid(), $1, gen_random_uuid(), 0, 'engine.note', $2, $3, '{"correlationId": "c", "causationId": "e"}', now())`,
      [SAGA, version, payload],
    );

  it('is stored in the current version, and so is a timer', async () => {
    const [id, alarmed] = [newId(), newId()];
    await engine.execute(new Count(id, 2));
    await engine.execute(new SetAlarm(alarmed, new Date().toISOString()));
    await until(() => notesOf(id).length + notesOf(alarmed).length === 2);
    expect([...notesOf(id), ...notesOf(alarmed)]).toEqual([new Note(id, 2), new Note(alarmed, 100)]);
    await engine.settle();
    for (const subject of [id, alarmed]) expect(await rowsOf(subject)).toMatchObject([{ status: 'done', version: 2 }]);
  });

  it('is executed when an older build has stored it', async () => {
    const id = newId();
    await stored(1, { id, by: 7 });
    await until(() => notesOf(id).length === 1);
    expect(notesOf(id)).toEqual([new Note(id, 7)]);
    expect(notesOf(id)[0]).toBeInstanceOf(Note);
  });

  it('is left to the build that knows its version', async () => {
    const [newer, known] = [newId(), newId()];
    await stored(3, { subject: newer, by: 7 });
    await stored(2, { subject: known, by: 7 });
    await until(() => notesOf(known).length === 1);
    // longer than a worker pauses
    await pause(700);
    expect(await rowsOf(newer)).toEqual([{ status: 'pending', version: 3, attempts: 0 }]);
    expect(notesOf(newer)).toEqual([]);
  });

  it.each([
    ['is due at no time', `'{}'`, `'{}'`, `'infinity'`],
    ['has always been due', `'{}'`, `'{}'`, `'-infinity'`],
    ['is due at the end of time', `'{}'`, `'{}'`, `'294276-12-31 23:59:59Z'`],
    ['was due before the common era', `'{}'`, `'{}'`, `'4713-01-01 BC'`],
    ['is no object', `'null'`, `'{}'`, 'now()'],
    ['is a list, and has no metadata', `'[1]'`, `'null'`, 'now()'],
    ['has metadata of other types', `'{"subject": 1}'`, `'{"correlationId": {"a": []}}'`, 'now()'],
  ])('that %s keeps no other from being executed', async (_what, payload, metadata, dueAt) => {
    const id = newId();
    await owner.rows(
      `insert into write.pending_commands (id, saga, event_id, index, name, payload, metadata, due_at, schema_version)
       values ($1, 'nobody', $1, 0, 'engine.note', ${payload}, ${metadata}, ${dueAt}, 2)`,
      [id],
    );
    try {
      const counted = newId();
      await engine.execute(new Count(counted));
      await until(() => notesOf(counted).length === 1);
      await pause(1200);
      const states = await engine.app.get(SubscriptionStatus).states();
      expect(states.filter(({ running }) => !running)).toEqual([]);
    } finally {
      await owner.rows(`delete from write.pending_commands where saga = 'nobody'`);
    }
  });

  it('is refused when it would come back as another, and only its stream is set aside', async () => {
    const [broken, sound] = [newId(), newId()];
    await engine.execute(new Count(broken, 13));
    await engine.execute(new Count(sound, 1));
    await until(() => notesOf(sound).length === 1);
    await until(async () => (await owner.setAside()).length === 1);
    expect(await owner.setAside()).toMatchObject([
      { subscription: SAGA, type: 'engine.counted', kind: 'failed', error: expect.stringContaining('NotStorable') },
    ]);
    expect(await rowsOf(broken)).toEqual([]);
  });
});
