import { type DatabaseLimits, DEFAULT_LIMITS, type Lane, LANES } from '../database/limits.js';

/** A setting that is missing or wrong. Its message is one line that names the variable. */
export class SettingError extends Error {
  override readonly name = 'SettingError';

  constructor(
    readonly variable: string,
    problem: string,
  ) {
    super(`${variable} ${problem}`);
  }
}

const ROLES = ['all', 'api', 'worker'] as const;
const LONGEST_LIMIT_MS = 3_600_000;
/** A statement that is held up by a lock needs some time to find out. */
const SHORTEST_DEADLINE_MS = 500;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Where tokens of production come from: any OpenID Connect issuer. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
}

/** Every setting, read once from the environment and checked before anything starts. `.env.example` explains them. */
export class Config {
  readonly production: boolean;
  readonly databaseUrl: string | undefined;
  readonly dataFolder: string;
  readonly databasePoolSize: number;
  readonly databaseLimits: DatabaseLimits;
  readonly migrateOnStart: boolean;
  readonly host: string;
  readonly port: number;
  readonly role: (typeof ROLES)[number];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly oidc: OidcSettings | undefined;
  readonly devTokens: boolean;
  /** Origins of browsers that may call the API; `any` in development unless set. */
  readonly corsOrigins: 'any' | readonly string[];
  readonly readYourWriteTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  /** How many days what is over is kept. */
  readonly retention: {
    readonly doneCommands: number;
    readonly refusedCommands: number;
    readonly answers: number;
    readonly lettersOfGoneSubscriptions: number;
  };

  /** @throws SettingError for the first setting that is missing or wrong. */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    const settings = new Environment(environment);
    const mode = settings.oneOf('NODE_ENV', ['development', 'production', 'test'], 'development');
    this.production = mode === 'production';

    this.databaseUrl = settings.url('DATABASE_URL', ['postgres:', 'postgresql:']);
    this.dataFolder = settings.text('DATA_FOLDER') ?? '.data';
    this.databasePoolSize = settings.integer('DATABASE_POOL_SIZE', 20, { min: 2, max: 1000 });
    this.databaseLimits = settings.databaseLimits();
    this.migrateOnStart = settings.flag('MIGRATE_ON_START', !this.production);

    this.host = settings.text('HOST') ?? (this.production ? '0.0.0.0' : '127.0.0.1');
    this.port = settings.integer('PORT', 3000, { min: 0, max: 65_535 });
    this.role = settings.oneOf('ROLE', ROLES, 'all');
    this.logLevel = settings.oneOf('LOG_LEVEL', LOG_LEVELS, 'info');
    this.readYourWriteTimeoutMs = settings.integer('READ_YOUR_WRITE_TIMEOUT_MS', 2000, { min: 0, max: 60_000 });
    this.shutdownTimeoutMs = settings.integer('SHUTDOWN_TIMEOUT_MS', 30_000, { min: 1000, max: 600_000 });

    const days = (variable: string, fallback: number, min = 1) =>
      settings.integer(variable, fallback, { min, max: 36_500 });
    this.retention = {
      doneCommands: days('KEEP_DONE_COMMANDS_DAYS', 7),
      refusedCommands: days('KEEP_REFUSED_COMMANDS_DAYS', 90),
      answers: days('KEEP_IDEMPOTENCY_KEYS_DAYS', 7, 7),
      lettersOfGoneSubscriptions: days('KEEP_ORPHANED_DEAD_LETTERS_DAYS', 90),
    };

    this.corsOrigins = settings.origins('CORS_ORIGINS') ?? (this.production ? [] : 'any');
    this.oidc = settings.oidc();
    this.devTokens = settings.flag('DEV_TOKENS', !this.production);
    if (this.production && this.devTokens) {
      throw new SettingError('DEV_TOKENS', 'cannot be on when NODE_ENV=production: anybody could sign in as anybody');
    }
    if (this.production && !this.databaseUrl) {
      throw new SettingError('DATABASE_URL', 'is missing: it is required when NODE_ENV=production');
    }
    if (this.production && !this.oidc) {
      throw new SettingError('OIDC_ISSUER', 'is missing: it is required when NODE_ENV=production');
    }
  }
}

/** Reads single settings. An empty value counts as not set, as in a `.env` file with `NAME=`. */
class Environment {
  constructor(private readonly variables: Readonly<Record<string, string | undefined>>) {}

  text(variable: string): string | undefined {
    return this.variables[variable]?.trim() || undefined;
  }

  integer(variable: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const text = this.text(variable);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new SettingError(variable, `must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
    }
    return value;
  }

  flag(variable: string, fallback: boolean): boolean {
    return this.oneOf(variable, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
  }

  oneOf<T extends string>(variable: string, choices: readonly T[], fallback: NoInfer<T>): T {
    const text = this.text(variable);
    if (text === undefined) return fallback;
    const chosen = choices.find((choice) => choice === text);
    if (!chosen) {
      throw new SettingError(variable, `must be one of ${choices.join(', ')}, not ${JSON.stringify(text)}`);
    }
    return chosen;
  }

  /** The value is not repeated in the error: it may hold a password. */
  url(variable: string, protocols: readonly string[]): string | undefined {
    const text = this.text(variable);
    if (text === undefined) return undefined;
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      throw new SettingError(variable, `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    }
    return text;
  }

  /** Origins, comma-separated: `https://desk.example.org,http://localhost:5173`. */
  origins(variable: string): readonly string[] | undefined {
    const origins = this.text(variable)
      ?.split(',')
      .map((origin) => origin.trim());
    const wrong = origins?.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
    if (wrong !== undefined) {
      throw new SettingError(
        variable,
        `must hold origins such as https://desk.example.org, not ${JSON.stringify(wrong)}`,
      );
    }
    return origins;
  }

  /** How long work with the database may take. */
  databaseLimits(): DatabaseLimits {
    const limit = (variable: string, fallback: number, min = 100) =>
      this.integer(variable, fallback, { min, max: LONGEST_LIMIT_MS });
    return {
      deadlines: this.deadlines('DATABASE_DEADLINES_MS', DEFAULT_LIMITS.deadlines),
      connect: limit('DATABASE_CONNECT_TIMEOUT_MS', DEFAULT_LIMITS.connect),
      statement: limit('DATABASE_STATEMENT_TIMEOUT_MS', DEFAULT_LIMITS.statement),
      lock: limit('DATABASE_LOCK_TIMEOUT_MS', DEFAULT_LIMITS.lock),
      idleInTransaction: limit('DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS', DEFAULT_LIMITS.idleInTransaction),
      transaction: limit('DATABASE_TRANSACTION_TIMEOUT_MS', DEFAULT_LIMITS.transaction),
      keepAlive: limit('DATABASE_KEEP_ALIVE_MS', DEFAULT_LIMITS.keepAlive, 1000),
    };
  }

  /** `reads=5000,searches=20000`: lanes that are not named keep their own. */
  private deadlines(variable: string, usual: Readonly<Record<Lane, number>>): Readonly<Record<Lane, number>> {
    const deadlines = { ...usual };
    for (const part of this.text(variable)?.split(',') ?? []) {
      const [name, text = ''] = part.split('=').map((word) => word.trim());
      const lane = LANES.find((one) => one === name);
      const deadline = Number(text);
      if (!lane || !/^\d+$/.test(text) || deadline < SHORTEST_DEADLINE_MS || deadline > LONGEST_LIMIT_MS) {
        throw new SettingError(
          variable,
          `must hold deadlines of at least ${SHORTEST_DEADLINE_MS} ms for ${LANES.join(', ')}, ` +
            `such as reads=5000,searches=20000, not ${JSON.stringify(part)}`,
        );
      }
      deadlines[lane] = deadline;
    }
    return deadlines;
  }

  /** All three settings, or none. */
  oidc(): OidcSettings | undefined {
    const issuer = this.url('OIDC_ISSUER', ['https:', 'http:']);
    const audience = this.text('OIDC_AUDIENCE');
    const jwksUrl = this.url('OIDC_JWKS_URL', ['https:', 'http:']);
    if (!issuer && !audience && !jwksUrl) return undefined;
    if (!issuer) throw new SettingError('OIDC_ISSUER', 'is missing: the other OIDC settings are there');
    if (!audience) throw new SettingError('OIDC_AUDIENCE', 'is missing: OIDC_ISSUER needs it');
    if (!jwksUrl) throw new SettingError('OIDC_JWKS_URL', 'is missing: OIDC_ISSUER needs it');
    return { issuer, audience, jwksUrl };
  }
}
