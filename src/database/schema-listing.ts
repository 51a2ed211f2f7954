/** Something in the schemas `write` and `read`, or an extension. */
export interface SchemaObject {
  /** Kind and qualified name, such as `index write.dead_letters_stream`. */
  readonly name: string;
  /** SQL in a canonical form. It is for comparing: it is not promised that it can be executed. */
  readonly definition: string;
}

/** The part of TypeORM's QueryRunner that is needed: all statements go to one connection. */
export interface Asking {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** Names are written with their schema, constants in one form, whatever the session, the user or the database prefer. */
const CANONICAL = `
  set local search_path to '';
  set local quote_all_identifiers to off;
  set local datestyle to 'ISO, MDY';
  set local intervalstyle to 'postgres';
  set local timezone to 'UTC';
  set local bytea_output to 'hex'`;

/**
 * PostgreSQL 15 and 18 give the same text. Left out are owners, rights, statistics, and how an operator has tuned the vacuum; and
 * not-null constraints, which are catalogued as constraints from 18 on only: columns say `not null`.
 */
const LISTING = `
  with spaces as (select oid, nspname from pg_namespace where nspname in ('write', 'read')),
  relations as (select c.* from pg_class c join spaces on spaces.oid = relnamespace),
  objects (rank, name, definition) as (
    select 1, format('schema %I', nspname), format('create schema %I', nspname) from spaces
    union all
    select 2, format('extension %I', extname), format('create extension %I with schema %s', extname, extnamespace::regnamespace)
    from pg_extension where extname <> 'plpgsql'
    union all
    select 3, format('type %s', enum.oid::regtype), format('create type %s as enum (%s)', enum.oid::regtype, (
      select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = enum.oid))
    from pg_type enum join spaces on spaces.oid = typnamespace where typtype = 'e'
    union all
    select 4, format('sequence %s', seqrelid::regclass),
      format('create sequence %s as %s start %s increment %s minvalue %s maxvalue %s cache %s%s', seqrelid::regclass,
        format_type(seqtypid, null), seqstart, seqincrement, seqmin, seqmax, seqcache, case when seqcycle then ' cycle' end)
    from pg_sequence join relations on relations.oid = seqrelid
    union all
    select 5, format('table %s', r.oid::regclass), format(E'create %stable %s (\\n%s\\n)%s%s',
      case when relpersistence = 'u' then 'unlogged ' end, r.oid::regclass,
      (select string_agg(format('  %I %s%s%s%s', attname, format_type(atttypid, atttypmod),
          case when attcollation <> typcollation then format(' collate %s', attcollation::regcollation) end,
          case when attnotnull then ' not null' end,
          case
            when attidentity <> '' then format(' generated as identity (%s)', attidentity)
            when attgenerated <> '' then format(' generated always as (%s)', pg_get_expr(adbin, adrelid))
            when adbin is not null then format(' default %s', pg_get_expr(adbin, adrelid))
          end), E',\\n' order by attnum)
        from pg_attribute join pg_type on pg_type.oid = atttypid
          left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = r.oid and attnum > 0 and not attisdropped),
      case when relkind = 'p' then format(' partition by %s', pg_get_partkeydef(r.oid)) end,
      (select format(' with (%s)', string_agg(option, ', ' order by option))
        from unnest(reloptions) option where option not like 'autovacuum%' having count(*) > 0))
    from relations r where relkind in ('r', 'p')
    union all
    select 6, format('constraint %I on %s', conname, conrelid::regclass),
      format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid))
    from pg_constraint join relations on relations.oid = conrelid where contype not in ('n', 't')
    union all
    select 7, format('index %s', indexrelid::regclass),
      pg_get_indexdef(indexrelid) || case when indisvalid then '' else ' /* not valid */' end
    from pg_index join relations on relations.oid = indexrelid
    where not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
    union all
    select 8, format('trigger %I on %s', tgname, tgrelid::regclass),
      pg_get_triggerdef(pg_trigger.oid) || case when tgenabled = 'O' then '' else format(' /* enabled: %s */', tgenabled) end
    from pg_trigger join relations on relations.oid = tgrelid where not tgisinternal
    union all
    select 9, format('view %s', oid::regclass), format('create view %s as%s', oid::regclass, pg_get_viewdef(oid))
    from relations where relkind in ('v', 'm')
    union all
    select 10, format('function %s', pg_proc.oid::regprocedure), pg_get_functiondef(pg_proc.oid)
    from pg_proc join spaces on spaces.oid = pronamespace where prokind in ('f', 'p', 'w')
  )
  select name, definition from objects order by rank, name collate "C"`;

/** Everything that migrations make, in a fixed order. To be called in a transaction, whose settings stay as they are. */
export async function schemaObjects(connection: Asking): Promise<SchemaObject[]> {
  await connection.query('savepoint listing');
  for (const setting of CANONICAL.split(';')) await connection.query(setting);
  const objects = (await connection.query(LISTING)) as SchemaObject[];
  await connection.query('rollback to savepoint listing');
  return objects;
}

const HEADING = '--- ';

export const listingOf = (objects: readonly SchemaObject[]): string =>
  objects.map(({ name, definition }) => `${HEADING}${name}\n${definition.trimEnd()}\n`).join('\n');

export const objectsOf = (listing: string): SchemaObject[] =>
  `\n${listing}`
    .split(`\n${HEADING}`)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return { name, definition: lines.join('\n').trimEnd() };
    });

/**
 * The first object that is not as expected, in a sentence; undefined where there is none. An extension more is nobody's
 * business: operators add some.
 */
export function difference(expected: readonly SchemaObject[], actual: readonly SchemaObject[]): string | undefined {
  const found = new Map(actual.map(({ name, definition }) => [name, definition.trimEnd()]));
  for (const { name, definition } of expected) {
    if (!found.has(name)) return `${name} is missing`;
    if (found.get(name) !== definition.trimEnd()) return `${name} is another`;
    found.delete(name);
  }
  const [more] = [...found.keys()].filter((name) => !name.startsWith('extension '));
  return more && `${more} is not of it`;
}
