import type { WriteFunction } from './checks.js';

type Edit = readonly [from: string | RegExp, to: string];

/** One fault in one function, and the promise by which it has to be found. */
export interface Mutant {
  readonly fault: string;
  readonly edits: readonly Edit[];
  readonly foundBy: string;
}

const mutant = (fault: string, foundBy: string, ...edits: readonly Edit[]): Mutant => ({ fault, edits, foundBy });

const LAST_DRAWN = `coalesce(pg_sequence_last_value('write.event_position'::regclass), 0)`;
const NEXT = `nextval('write.event_position'::regclass)`;
const SEARCH_PATH = `SET search_path TO 'write', 'pg_temp'`;

const rightsFoundBy = (forTheApplication: string): readonly Mutant[] => [
  mutant('works with the rights of its caller', forTheApplication, ['SECURITY DEFINER', '']),
  mutant(
    "looks among the caller's own tables first",
    'is not led astray by tables of the same names that its caller made',
    [SEARCH_PATH, `SET search_path TO 'pg_temp', 'write'`],
  ),
];

const ofRights = rightsFoundBy('appends for the application, which may not do so by itself');

/** @param id of the guarded stream, as the function calls it */
const ofAbsence = (id: string): readonly Mutant[] => {
  const insert = `insert into streams values (${id}, '', 0) on conflict do nothing;`;
  const removal = `delete from streams where stream_id = ${id} and version = 0;`;
  const look = `perform 1 where not exists (select from streams where stream_id = ${id});`;
  return [
    mutant('leaves its row', 'holds that there is no such stream, and leaves none behind', [removal, '']),
    mutant('deletes the stream', 'is a conflict where the stream is there, which stays as it is', [
      removal,
      removal.replace(' and version = 0', ''),
    ]),
    mutant('does not look', 'is a conflict where the stream is there, which stays as it is', [removal, 'perform 1;']),
    mutant(
      'only looks',
      'lets nobody begin the stream before its own transaction has ended',
      [insert, ''],
      [removal, look],
    ),
    mutant(
      'looks at what is committed',
      'waits for another who begins the stream, and goes by how that ends',
      [insert, ''],
      [removal, look],
    ),
  ];
};

const ofTime: readonly Mutant[] = [
  mutant('goes by the clock alone', 'records no event earlier than the one before it in its stream', [
    'greatest(clock_timestamp(), (',
    'coalesce(clock_timestamp(), (',
  ]),
  mutant('goes by the time of any stream', 'records no event earlier than the one before it in its stream', [
    /select e\.recorded_at from events e where [^)]*/,
    'select max(e.recorded_at) from events e',
  ]),
];

const ofFloor: readonly Mutant[] = [
  mutant(
    'locks one position too high',
    'locks the last position that was drawn, in its namespace, before it draws its own',
    [`${LAST_DRAWN}) is null`, `${LAST_DRAWN} + 1) is null`],
  ),
  mutant(
    'locks in another namespace',
    'locks the last position that was drawn, in its namespace, before it draws its own',
    ['7777::bigint', '7778::bigint'],
  ),
  mutant(
    'keeps its lock for as long as the session lasts',
    'keeps the tail below its event until its transaction has ended, and no longer',
    ['pg_advisory_xact_lock_shared(', 'pg_advisory_lock_shared('],
  ),
  mutant(
    'does not lock',
    'keeps the tail below its event until its transaction has ended, and no longer',
    ['pg_advisory_xact_lock_shared(', '(('],
    [`${LAST_DRAWN}) is null`, `${LAST_DRAWN})) is null`],
  ),
  mutant('takes 1 for the last position of an empty log', 'keeps the tail below the very first event of a log', [
    LAST_DRAWN,
    '(select last_value from write.event_position)',
  ]),
  mutant(
    'locks so that nobody else can lock the same position',
    'does not wait for another that has locked the same position and not drawn yet',
    ['pg_advisory_xact_lock_shared(', 'pg_advisory_xact_lock('],
  ),
  mutant('locks before it has its stream', 'does not hold the tail back while it waits for its stream', [
    /\bbegin\b/,
    `begin perform pg_advisory_xact_lock_shared((7777::bigint << 48) | ${LAST_DRAWN});`,
  ]),
  mutant('draws a position before it looks at versions', 'draws no position when there is a conflict', [
    /\bbegin\b/,
    `begin perform ${NEXT};`,
  ]),
];

const appendEvent: readonly Mutant[] = [
  ...ofRights,
  ...ofFloor,
  ...ofAbsence('guard'),
  ...ofTime,
  mutant('leaves out what it was given', 'stores the event as it was given, as the first one of a new stream', [
    'schema_version, data, metadata, greatest(',
    `schema_version, data, '{}', greatest(`,
  ]),
  mutant('counts a new stream from 0', 'stores the event as it was given, as the first one of a new stream', [
    'values (stream, kind, 1)',
    'values (stream, kind, 0)',
  ]),
  mutant('does not raise the version', 'adds an event to a stream that is at the expected version', [
    'set version = expected + 1',
    'set version = expected',
  ]),
  mutant('gives the event the version before it', 'adds an event to a stream that is at the expected version', [
    'stream, expected + 1, event',
    'stream, expected, event',
  ]),
  mutant(
    'does not look at the version of the stream',
    'stores nothing and returns 0 when the stream is at another version, earlier or later',
    [' and version = expected;', ';'],
  ),
  mutant(
    'takes a stream that is there for a new one',
    'stores nothing and returns 0 when a stream that should be new is there',
    [
      'values (stream, kind, 1) on conflict do nothing',
      'values (stream, kind, 1) on conflict (stream_id) do update set version = streams.version + 1',
    ],
  ),
  mutant('raises on a conflict', 'leaves the transaction of its caller as it was when there is a conflict', [
    /and version = expected;\s+end if;\s+if not found then return 0;/,
    `and version = expected; end if; if not found then raise exception 'conflict';`,
  ]),
  mutant('does not wait for another on its stream', 'waits for another on the same stream, and goes by how that ends', [
    `update streams set version = expected + 1 where stream_id = stream and version = expected;`,
    `update streams set version = expected + 1 where stream_id = (select stream_id from streams where stream_id = stream and version = expected for update skip locked);`,
  ]),
  mutant(
    'does not look at the version of a guard',
    'stores nothing and returns 0 when a guarded stream is at another version, or is not there',
    [' and version = guard_version', ''],
  ),
  mutant(
    'does not mind a guard that is not there',
    'stores nothing and returns 0 when a guarded stream is at another version, or is not there',
    [/for share;\s+end if;\s+if not found then return 0; end if;/, 'for share; end if;'],
  ),
  mutant('does not lock a guard', 'lets nobody change a guarded stream before its own transaction has ended', [
    ' for share',
    '',
  ]),
  mutant('locks a guard for itself alone', 'lets others guard the same stream at the same time', [
    ' for share',
    ' for update',
  ]),
];

const append: readonly Mutant[] = [
  ...ofRights,
  ...ofFloor,
  ...ofAbsence('guard_ids[held]'),
  ...ofTime,
  mutant('returns the first position', 'stores the events of one stream in order, and returns the last position', [
    `return currval('write.event_position'::regclass)`,
    `return currval('write.event_position'::regclass) - cardinality(event_ids) + 1`,
  ]),
  mutant(
    'counts one event, however many come',
    'stores the events of one stream in order, and returns the last position',
    ['set version = version + cardinality(event_ids)', 'set version = version + 1'],
  ),
  mutant('counts one event of a new stream', 'makes a new stream with all of its events', [
    'values (stream_ids[1], stream_types[1], cardinality(event_ids))',
    'values (stream_ids[1], stream_types[1], 1)',
  ]),
  mutant(
    'adds the number of all events to each of several streams',
    'stores several streams in one call, new and old, each with its own versions',
    ['cardinality(array_positions(event_streams, stream_ids[own]))', 'cardinality(event_ids)'],
  ),
  mutant(
    'gives all events the metadata of the first',
    'gives each event the metadata that is said to be its own, and all of them one time',
    ['distinct_metadata[e.metadata]', 'distinct_metadata[1]'],
  ),
  mutant(
    'looks at the clock for each event',
    'gives each event the metadata that is said to be its own, and all of them one time',
    ['distinct_metadata[e.metadata], now_at', 'distinct_metadata[e.metadata], clock_timestamp()'],
  ),
  mutant(
    'does not look at the version of its one stream',
    'stores nothing and returns 0 when its one stream is at another version, or there already',
    [/\s+and version = expected_versions\[1\]/, ''],
  ),
  mutant(
    'takes its one stream for new when it is there',
    'stores nothing and returns 0 when its one stream is at another version, or there already',
    [
      'cardinality(event_ids)) on conflict do nothing',
      'cardinality(event_ids)) on conflict (stream_id) do update set version = streams.version + 1',
    ],
  ),
  mutant(
    'does not look at the versions of several streams',
    'leaves all streams as they were when one of several is at another version, or there already',
    [/\s+and version = expected_versions\[own\]/, ''],
  ),
  mutant(
    'takes one of several streams for new when it is there',
    'leaves all streams as they were when one of several is at another version, or there already',
    ['grown) on conflict do nothing', 'grown) on conflict (stream_id) do update set version = streams.version + 1'],
  ),
  mutant(
    'stops half-way at a conflict',
    'leaves all streams as they were when one of several is at another version, or there already',
    [`raise exception using errcode = 'AN001'`, 'return 0'],
  ),
  mutant('raises on a conflict', 'leaves the transaction of its caller as it was when there is a conflict', [
    `exception when sqlstate 'AN001'`,
    `exception when sqlstate 'AN009'`,
  ]),
  mutant(
    'does not look at the version of a guard',
    'stores nothing and returns 0 when any guarded stream is at another version, or is not there',
    [' and version = guard_versions[held]', ''],
  ),
  mutant(
    'forgets the guards of a command on one stream',
    'stores nothing and returns 0 when any guarded stream is at another version, or is not there',
    [' and cardinality(guard_ids) = 0', ''],
  ),
  mutant('does not lock a guard', 'lets nobody change a guarded stream before its own transaction has ended', [
    ' for share',
    '',
  ]),
  mutant('locks a guard for itself alone', 'lets others guard the same stream at the same time', [
    ' for share',
    ' for update',
  ]),
  mutant('locks streams as they come', 'locks its streams in the order of their ids, however they are given', [
    ' order by locks.id',
    '',
  ]),
  mutant('locks its own streams before its guards', 'locks what it guards in the same order', [
    ' order by locks.id',
    ' order by locks.i, locks.id',
  ]),
  mutant('takes every error for a conflict', 'does not take an error of the database for a conflict', [
    `when sqlstate 'AN001'`,
    'when others',
  ]),
];

const hold: readonly Mutant[] = [
  ...rightsFoundBy('holds for the application, which may not lock streams by itself'),
  ...ofAbsence('guard_ids[held]'),
  mutant('forgets the position', 'gives the position back when every stream is at its version', [
    'return at_position;',
    'return 42;',
  ]),
  mutant('does not look at the version', 'gives null when any stream is at another version, or is not there', [
    ' and version = guard_versions[held]',
    '',
  ]),
  mutant('looks at the last one only', 'gives null when any stream is at another version, or is not there', [
    /if not found then return null; end if;\s+end loop;/,
    'end loop; if not found then return null; end if;',
  ]),
  mutant('does not lock', 'lets nobody change a stream before its own transaction has ended', [' for share', '']),
  mutant('locks for itself alone', 'lets others hold the same stream at the same time', [' for share', ' for update']),
  mutant('locks as they come', 'locks in the order of the ids, however they are given', [' order by guard_ids[i]', '']),
];

const AT_POSITION = /and (s\.)?position = from_position\s/;
const UNDER_EPOCH = / and (s\.)?epoch = held_epoch/;
const OF_NAME = /(s\.)?name = (of_)?subscription and /;

/** The update may be in words of its own in each of the two functions. */
const ofSteps: readonly Mutant[] = [
  mutant('stays where it is', 'goes on from the position of the subscription, under its epoch', [
    'set position = to_position',
    'set position = from_position',
  ]),
  mutant('does not say when', 'goes on from the position of the subscription, under its epoch', [
    ', updated_at = now()',
    '',
  ]),
  mutant(
    'lets a former holder write',
    'is refused to a former holder, whose epoch is over, though the position is the right one',
    [UNDER_EPOCH, ''],
  ),
  mutant('goes on from anywhere', 'is refused from another position, though the epoch is the right one', [
    AT_POSITION,
    '',
  ]),
  mutant(
    'goes on from anywhere, whoever holds it',
    'is refused to a former holder, whose epoch is over, though the position is the right one',
    [AT_POSITION, ''],
    [UNDER_EPOCH, ''],
  ),
  mutant('returns instead of raising', 'takes what else the transaction wrote with it when it is refused', [
    /raise exception 'subscription % is not held any more'.*?;/,
    'return null;',
  ]),
  mutant('keeps the trouble that is over', 'says that what had stopped the subscription is over', [
    'trouble = null, ',
    '',
  ]),
  mutant('keeps the time of the trouble', 'says that what had stopped the subscription is over', [
    ', trouble_since = null',
    '',
  ]),
  mutant('moves whichever subscription is there', 'moves no other subscription', [OF_NAME, '']),
  mutant('does not mind that it moved nothing', 'is refused for a subscription that has no row', [
    /if not found then\s+raise exception 'subscription % is not held/,
    `if false then raise exception 'subscription % is not held`,
  ]),
];

const checkpoint: readonly Mutant[] = [
  ...ofSteps,
  mutant('goes back', 'is refused where it would go back', [/\s+and to_position >= from_position/, '']),
  mutant('forgets the kinds', 'sets events aside with all that is known of them', [
    'l.type, l.kind, l.error',
    `l.type, 'failed', l.error`,
  ]),
  mutant('raises at what is set aside already', 'keeps what was said of an event that is set aside already', [
    /\s+on conflict do nothing/,
    '',
  ]),
  mutant('says what is new of it', 'keeps what was said of an event that is set aside already', [
    'on conflict do nothing',
    'on conflict (subscription, position) do update set error = excluded.error',
  ]),
  mutant('takes no kind at its word', 'refuses a kind of letter that nobody knows', [
    'l.type, l.kind, l.error',
    `l.type, case when l.kind in ('failed', 'unreadable', 'passed-over', 'behind') then l.kind else 'failed' end, l.error`,
  ]),
  mutant('settles for all subscriptions', 'settles one event of its own subscription, and none besides', [
    'd.subscription = of_subscription and ',
    '',
  ]),
  mutant('settles all events', 'settles one event of its own subscription, and none besides', [
    ' and d.position = settled',
    '',
  ]),
  mutant(
    'settles what is settled',
    'is refused when the event that it settles was settled by another, and goes no further',
    [
      /if not found then\s+raise exception 'subscription % has no/,
      `if false then raise exception 'subscription % has no`,
    ],
  ),
  mutant('sets nothing aside where it settles', 'settles one event and sets others aside in one step', [
    'if letters is not null then',
    'if letters is not null and settled is null then',
  ]),
  mutant('lets a former holder settle and set aside', 'neither settles nor sets aside anything for a former holder', [
    UNDER_EPOCH,
    '',
  ]),
];

const completeCommand: readonly Mutant[] = [
  mutant('does not say when', 'makes a command done, with the time, and free of its owner', [
    'finished_at = now(), ',
    '',
  ]),
  mutant('keeps the owner', 'makes a command done, with the time, and free of its owner', [', owner = null', '']),
  mutant('lets a former worker finish it', 'is refused to a worker whose claim is over', [
    ' and epoch = held_epoch',
    '',
  ]),
  mutant(
    'finishes what is withdrawn',
    'is refused for a command that was withdrawn or is finished, under whichever claim',
    [` and status = 'pending'`, ''],
  ),
  mutant('finishes every command', 'finishes no other command', ['id = command and ', '']),
  mutant('does not mind that it finished nothing', 'is refused for a command that is not there', [
    'if not found then',
    'if false then',
  ]),
];

const saveAnswer: readonly Mutant[] = [
  mutant('forgets the position', 'stores the answer of a request under its actor and key', [
    'answer, at_position, at_versions',
    'answer, 0, at_versions',
  ]),
  mutant('makes something of nothing', 'stores that a request was answered by nothing', [
    'answer, at_position',
    `coalesce(answer, '{}'), at_position`,
  ]),
  mutant('tells actors by nothing', 'takes the same key of another actor for another request', [
    'values (by_actor',
    `values ('anybody'`,
  ]),
  mutant(
    'passes over an answer that is there',
    'takes the whole transaction with it when the key has an answer already, which stands',
    [' returning true', ' on conflict do nothing returning true'],
  ),
];

const IN_ORDER = 'gives the events of the asked types after one position and up to another, in order';
const readLog: readonly Mutant[] = [
  mutant('begins with the position itself', IN_ORDER, ['events.position > after', 'events.position >= after']),
  mutant('leaves out the last position', IN_ORDER, ['events.position <= up_to', 'events.position < up_to']),
  mutant('gives every type', IN_ORDER, [/ and events\.type = any\(of_types\)/, '']),
  mutant('gives the last first', IN_ORDER, ['order by events.position', 'order by events.position desc']),
  mutant('mistakes a column', 'gives each event whole, its data and metadata as JSON text', [
    'stream_version := e.stream_version',
    'stream_version := e.schema_version - 2',
  ]),
  mutant('counts characters', 'counts the bytes of a row, not its characters', ['octet_length(data)', 'length(data)']),
  mutant('gives all rows', 'ends after as many rows as are asked for', [' limit most_rows', '']),
  mutant('gives all bytes', 'ends with the row that reaches the bytes that are asked for', [
    'exit when bytes >= most_bytes;',
    '',
  ]),
  mutant('gives one row too many', 'ends with the row that reaches the bytes that are asked for', [
    'bytes >= most_bytes',
    'bytes > most_bytes',
  ]),
  mutant('counts each row alone', 'ends with the row that reaches the bytes that are asked for', [
    'bytes := bytes + size',
    'bytes := size',
  ]),
  mutant('gives nothing rather than a large row', 'gives at least one row, however large', [
    'return next;',
    'exit when bytes >= most_bytes; return next;',
  ]),
  mutant('reads large data', 'leaves out the data of an event that is stored in more than the bytes to inline', [
    'case when pg_column_size(e.data) <= inline_bytes then e.data::text end',
    'e.data::text',
  ]),
  mutant(
    'leaves out what just fits',
    'leaves out the data of an event that is stored in more than the bytes to inline',
    ['<= inline_bytes', '< inline_bytes'],
  ),
  mutant(
    'looks anew while the statement runs',
    'sees what the statement of its caller sees, not what is committed while that runs',
    [/^ STABLE/m, ' VOLATILE'],
  ),
  mutant(
    'leaves its plan to statistics',
    'walks the log in the order of positions, also before anything is known of its statistics',
    [/\s+SET enable_\w+ TO 'off'/g, ''],
  ),
];

export const mutantsOf: Readonly<Record<WriteFunction, readonly Mutant[]>> = {
  append_event: appendEvent,
  append,
  hold,
  advance: ofSteps,
  checkpoint,
  complete_command: completeCommand,
  save_answer: saveAnswer,
  read_log: readLog,
};

/** @throws Error when the definition has changed so that an edit of the mutant finds no place in it. */
export function mutate(definition: string, { fault, edits }: Mutant): string {
  return edits.reduce((text, [from, to]) => {
    const edited = text.replace(from, () => to);
    if (edited === text) throw new Error(`The mutant that ${fault} finds no place for ${String(from)}`);
    return edited;
  }, definition);
}
