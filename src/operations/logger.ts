import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Level, type Logger, pino } from 'pino';

/** Where Nest tells what it wires at start. */
const WIRING = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);
/** Where Nest tells of an error at start that it also throws: whoever catches it says it once. */
const THROWN = new Set(['ExceptionHandler', 'NestApplication']);
const SECRETS = new Set(['authorization', 'cookie', 'access_token', 'token', 'password', 'body', 'query']);
/** SQLSTATE class of messages that quote a value. */
const DATA_EXCEPTION = '22';

/**
 * Nest's logger as JSON lines on stdout. No personal data: neither bodies, nor query strings, nor the values that a database error
 * carries in its detail, its parameters or its message.
 */
export class JsonLogger implements LoggerService {
  readonly pino: Logger;

  constructor(level: string, destination: DestinationStream = pino.destination({ sync: true })) {
    this.pino = pino(
      {
        level,
        base: undefined,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { err: describeError },
      },
      destination,
    );
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest appends the context, and for errors a stack before it. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.pop() as string) : undefined;
    const shown = context !== undefined && isNoise(context, level) ? 'debug' : level;
    if (!this.pino.isLevelEnabled(shown)) return;

    const err = [message, ...rest].find((part) => part instanceof Error);
    const stack = rest.find((part) => typeof part === 'string');
    const fields = { context, ...(err !== undefined && { err }), ...(stack !== undefined && { stack }) };
    if (err === message) this.pino[shown](fields);
    else if (typeof message === 'string') this.pino[shown](fields, message);
    else this.pino[shown]({ ...fields, details: withoutSecrets(message) });
  }
}

const isNoise = (context: string, level: Level): boolean =>
  (level === 'info' && WIRING.has(context)) || (level === 'error' && THROWN.has(context));

/** A copy, at any depth, for what is logged as an object. */
function withoutSecrets(message: unknown): unknown {
  try {
    const text = JSON.stringify(message, (name, value: unknown) => (SECRETS.has(name) ? undefined : value));
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return '(cannot be written as JSON)';
  }
}

/** What is safe to keep of an error: its kind, its code, its place. */
export function describeError(error: Error & { code?: unknown; cause?: unknown }): Record<string, unknown> {
  const code = typeof error.code === 'string' ? error.code : undefined;
  const quotesValues = code?.length === 5 && code.startsWith(DATA_EXCEPTION);
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: error.name,
    message: quotesValues ? '(quotes a value)' : error.message,
    ...(code !== undefined && { code }),
    stack: frames.join('\n'),
    ...(error.cause instanceof Error && { cause: describeError(error.cause) }),
  };
}
