import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Config, SettingError } from './config.js';

const oidc = {
  OIDC_ISSUER: 'https://login.example.org/',
  OIDC_AUDIENCE: 'anamnesis',
  OIDC_JWKS_URL: 'https://login.example.org/jwks',
};
const production = { NODE_ENV: 'production', DATABASE_URL: 'postgres://db.example.org/anamnesis', ...oidc };

describe('the settings', () => {
  it('need nothing in development', () => {
    expect(new Config({})).toMatchObject({
      production: false,
      databaseUrl: undefined,
      host: '127.0.0.1',
      port: 3000,
      role: 'all',
      migrateOnStart: true,
      devTokens: true,
      corsOrigins: 'any',
      readYourWriteTimeoutMs: 2000,
      retention: { doneCommands: 7, refusedCommands: 90, answers: 7, lettersOfGoneSubscriptions: 90 },
    });
  });

  it('are safe by default in production', () => {
    expect(new Config(production)).toMatchObject({
      production: true,
      host: '0.0.0.0',
      migrateOnStart: false,
      devTokens: false,
      corsOrigins: [],
      oidc: { issuer: oidc.OIDC_ISSUER, audience: oidc.OIDC_AUDIENCE, jwksUrl: oidc.OIDC_JWKS_URL },
    });
  });

  it('take origins separated by commas', () => {
    const { corsOrigins } = new Config({ CORS_ORIGINS: 'https://desk.example.org, http://localhost:5173' });
    expect(corsOrigins).toEqual(['https://desk.example.org', 'http://localhost:5173']);
  });

  it('take deadlines for single lanes, and leave the others as they are', () => {
    const { deadlines } = new Config({ DATABASE_DEADLINES_MS: 'reads=700, searches=60000' }).databaseLimits;
    expect(deadlines).toEqual({ ...new Config({}).databaseLimits.deadlines, reads: 700, searches: 60_000 });
  });

  it('take an empty value as not set', () => {
    expect(new Config({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 3000, databaseUrl: undefined });
  });

  it.each([
    ['PORT', { PORT: 'http' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '-1' }],
    ['PORT', { PORT: '0x50' }],
    ['NODE_ENV', { NODE_ENV: 'prod' }],
    ['ROLE', { ROLE: 'boss' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://localhost/anamnesis' }],
    ['DATABASE_URL', { DATABASE_URL: 'localhost:5432' }],
    ['DATABASE_POOL_SIZE', { DATABASE_POOL_SIZE: '1' }],
    ['DATABASE_LOCK_TIMEOUT_MS', { DATABASE_LOCK_TIMEOUT_MS: '0' }],
    ['DATABASE_DEADLINES_MS', { DATABASE_DEADLINES_MS: 'reads' }],
    ['DATABASE_DEADLINES_MS', { DATABASE_DEADLINES_MS: 'reads=499' }],
    ['DATABASE_DEADLINES_MS', { DATABASE_DEADLINES_MS: 'reads=5 s' }],
    ['DATABASE_DEADLINES_MS', { DATABASE_DEADLINES_MS: 'reads=5000,writes=5000' }],
    ['MIGRATE_ON_START', { MIGRATE_ON_START: 'yes' }],
    ['READ_YOUR_WRITE_TIMEOUT_MS', { READ_YOUR_WRITE_TIMEOUT_MS: '2s' }],
    ['KEEP_IDEMPOTENCY_KEYS_DAYS', { KEEP_IDEMPOTENCY_KEYS_DAYS: '6' }],
    ['KEEP_DONE_COMMANDS_DAYS', { KEEP_DONE_COMMANDS_DAYS: '0' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://desk.example.org/,*' }],
    ['OIDC_ISSUER', { OIDC_AUDIENCE: 'anamnesis' }],
    ['OIDC_AUDIENCE', { OIDC_ISSUER: oidc.OIDC_ISSUER }],
    ['OIDC_JWKS_URL', { OIDC_ISSUER: oidc.OIDC_ISSUER, OIDC_AUDIENCE: 'anamnesis' }],
    ['OIDC_JWKS_URL', { ...oidc, OIDC_JWKS_URL: 'jwks' }],
    ['DEV_TOKENS', { ...production, DEV_TOKENS: 'true' }],
    ['DATABASE_URL', { ...production, DATABASE_URL: '' }],
    ['OIDC_ISSUER', { NODE_ENV: 'production', DATABASE_URL: production.DATABASE_URL }],
  ])('name %s in one line when it is %j', (variable, environment) => {
    const error = catching(() => new Config(environment));
    expect(error).toBeInstanceOf(SettingError);
    expect(error?.message).toMatch(new RegExp(`^${variable} .+$`));
  });

  it('never repeat a URL, which may hold a password', () => {
    const error = catching(() => new Config({ DATABASE_URL: 'mysql://me:secret@localhost/anamnesis' }));
    expect(error?.message).not.toContain('secret');
  });
});

function catching(work: () => unknown): Error | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

describe('.env.example', () => {
  const example = parseEnv(readFileSync('.env.example', 'utf8'));

  it('shows the defaults of development', () => {
    expect(new Config(example)).toEqual(new Config({}));
  });

  it('names every setting', () => {
    const asked = new Set<string>();
    new Config(new Proxy({}, { get: (_, name) => void asked.add(String(name)) }));
    expect(Object.keys(example).sort()).toEqual([...asked].sort());
  });
});
