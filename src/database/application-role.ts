import pg from 'pg';

/**
 * The application works as this role, so that the log can only grow, and only through `write.append`: it may read events
 * and streams, and has no right to insert, change or delete them, nor to draw positions. What operators did, it may add to. The user of DATABASE_URL owns the
 * tables and lends itself this role; the functions that append run with the rights of their owner.
 */
export const APPLICATION_ROLE = 'anamnesis_app';

const createRole = `
  do $$ begin
    if not exists (select from pg_roles where rolname = '${APPLICATION_ROLE}') then
      create role ${APPLICATION_ROLE} nologin;
    end if;
    if not pg_has_role(current_user, '${APPLICATION_ROLE}', 'member') then
      grant ${APPLICATION_ROLE} to current_user;
    end if;
  exception
    when duplicate_object or unique_violation then null; -- made by another database of the cluster, just now
  end $$`;

const grants = `
  grant usage on schema public, write, read to ${APPLICATION_ROLE};
  grant select on public.migrations, public.migration_checksums to ${APPLICATION_ROLE};
  grant select, insert, update, delete on all tables in schema write, read to ${APPLICATION_ROLE};
  grant usage, select on all sequences in schema write, read to ${APPLICATION_ROLE};
  grant execute on all functions in schema write, read to ${APPLICATION_ROLE};
  revoke insert, update, delete on write.events, write.streams from ${APPLICATION_ROLE};
  do $$ begin
    if to_regclass('write.operator_acts') is not null then
      revoke update, delete on write.operator_acts from ${APPLICATION_ROLE};
    end if; -- else the migration that makes it is not applied yet
  end $$;
  revoke usage on sequence write.event_position from ${APPLICATION_ROLE};
  alter default privileges in schema write, read grant select, insert, update, delete on tables to ${APPLICATION_ROLE};
  alter default privileges in schema write, read grant usage, select on sequences to ${APPLICATION_ROLE};
  alter default privileges in schema write, read grant execute on functions to ${APPLICATION_ROLE}`;

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Gives the role what it may do in this database. A user who may not create roles goes without it: the application then works
 * as that user itself.
 */
export async function grantToApplication(client: pg.Client): Promise<void> {
  try {
    await client.query(createRole);
    await client.query(grants);
  } catch (error) {
    if ((error as { code?: unknown }).code !== INSUFFICIENT_PRIVILEGE) throw error;
  }
}

const usable = `
  select coalesce(
    (select pg_has_role(current_user, oid, 'member') and to_regnamespace('write') is not null
       and has_schema_privilege(oid, 'write', 'usage') from pg_roles where rolname = '${APPLICATION_ROLE}'),
    false) as usable`;

/** Whether somebody has given the role its rights in this database. */
export async function applicationHasRights(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ usable: boolean }>(usable);
  return rows[0]?.usable ?? false;
}

/** The role to work as: undefined where it does not exist, is not lent, or has no rights in this database. */
export async function applicationRole(url: string): Promise<string | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'anamnesis start',
    connectionTimeoutMillis: 5000,
  });
  await client.connect();
  try {
    return (await applicationHasRights(client)) ? APPLICATION_ROLE : undefined;
  } finally {
    await client.end();
  }
}
