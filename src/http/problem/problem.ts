import { ConcurrencyConflict, DomainError, type DomainErrorKind, RunAgain } from '../../event-sourcing/errors.js';
import { ofThisDatabase } from '../../database/origin.js';
import { isDataError, isTransient, sqlStateOf } from '../../database/sql-state.js';
import { DatabaseBusy, DatabaseUnavailable } from '../../database/unavailable.js';
import { HttpException } from '@nestjs/common';

/** RFC 9457, with a stable `code`. Members beyond these are extensions that help the caller. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [extension: string]: unknown;
}

/** What is answered, and whether somebody should look at it. */
export interface Answer {
  readonly problem: Problem;
  readonly headers?: Readonly<Record<string, string>>;
  readonly unexpected?: true;
}

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

const STATUS: Readonly<Record<DomainErrorKind, number>> = {
  invalid: 400,
  forbidden: 403,
  'not-found': 404,
  refused: 409,
  version: 412,
  'key-reused': 422,
  'version-required': 428,
  unavailable: 503,
};

/** What HTTP itself can refuse. Sentences of our own: those of the libraries repeat parts of the request. */
const OF_HTTP: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['malformed-request', 'The request is not one that HTTP allows.'],
  401: ['unauthenticated', 'This needs a bearer token.'],
  403: ['forbidden', 'This is not allowed.'],
  404: ['route-not-found', 'There is nothing at this address.'],
  405: ['method-not-allowed', 'This address does not know the method.'],
  406: ['not-acceptable', 'The answer does not exist in a form that the request accepts.'],
  408: ['request-timeout', 'The request took too long to arrive.'],
  413: ['body-too-large', 'The body is larger than this API takes.'],
  414: ['address-too-long', 'The address, or a part of it, is too long.'],
  415: ['unsupported-media-type', 'The body must be application/json.'],
  429: ['too-many-requests', 'Too many requests.'],
  431: ['headers-too-large', 'The headers are larger than this API takes.'],
  503: ['unavailable', 'The service is not available just now.'],
};

/** Seconds after which asking again makes sense. */
const RETRY_AFTER = '1';

const titleOf = (code: string) => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('-', ' ');

export const problem = (
  status: number,
  code: string,
  detail: string,
  extensions?: Readonly<Record<string, unknown>>,
): Problem => ({
  ...extensions,
  type: `/problems/${code}`,
  title: titleOf(code),
  status,
  code,
  detail,
});

export function httpAnswer(status: number, code?: string, detail?: string): Answer {
  const [usualCode, usualDetail] = OF_HTTP[status] ?? ['request-refused', 'The request was refused.'];
  return {
    problem: problem(status, code ?? usualCode, detail ?? usualDetail),
    headers: status === 503 || status === 429 ? { 'retry-after': RETRY_AFTER } : undefined,
  };
}

const FAULT: Answer = {
  problem: problem(500, 'internal-error', 'Something went wrong on our side. It has been noted.'),
  unexpected: true,
};

const unavailable = (code: string, detail: string, extensions?: Readonly<Record<string, unknown>>): Answer => ({
  problem: problem(503, code, detail, extensions),
  headers: { 'retry-after': RETRY_AFTER },
});

/** What the caller is told about an error, whatever it is. */
export function answerTo(error: unknown): Answer {
  if (error instanceof DomainError) return ofDomain(error);
  if (error instanceof HttpException) return ofHttp(error);
  if (error instanceof ConcurrencyConflict || error instanceof RunAgain) {
    return {
      problem: problem(409, 'concurrent-change', 'Others were changing the same thing at the same moment. Try again.'),
    };
  }
  return ofDatabase(ofThisDatabase(error)) ?? FAULT;
}

function ofDomain({ kind, code, message, extensions }: DomainError): Answer {
  if (kind === 'unavailable') return unavailable(code, message, extensions);
  return { problem: problem(STATUS[kind], code, message, extensions) };
}

/** Exceptions thrown with `{ code, message }` keep both; the messages of Nest and Fastify repeat the request and are replaced. */
function ofHttp(exception: HttpException): Answer {
  const status = exception.getStatus();
  if (status >= 500 && status !== 503) return FAULT;
  const body = exception.getResponse();
  const { code, message } = typeof body === 'object' ? (body as { code?: unknown; message?: unknown }) : {};
  return typeof code === 'string' && typeof message === 'string'
    ? httpAnswer(status, code, message)
    : httpAnswer(status);
}

const QUERY_CANCELED = '57014';

function ofDatabase(error: unknown): Answer | undefined {
  const sqlState = sqlStateOf(error);
  if (error instanceof DatabaseBusy || isTransient(error) || sqlState === QUERY_CANCELED) {
    return unavailable('busy', 'The service is too busy to answer just now.');
  }
  if (error instanceof DatabaseUnavailable) {
    return unavailable('database-unavailable', 'The database is not available just now.');
  }
  // A violated constraint is for the rules to foresee; any other data error is a value that no column takes.
  if (isDataError(error) && !sqlState?.startsWith(INTEGRITY_CONSTRAINT_VIOLATION)) {
    return { problem: problem(400, 'invalid-value', 'The request holds a value that cannot be stored.') };
  }
  return undefined;
}

const INTEGRITY_CONSTRAINT_VIOLATION = '23';
