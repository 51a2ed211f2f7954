import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ofThisDatabase } from '../../database/origin.js';
import { sqlStateOf } from '../../database/sql-state.js';
import { DatabaseUnavailable } from '../../database/unavailable.js';
import { type Answer, answerTo, PROBLEM_JSON } from './problem.js';
import { Troubles } from './troubles.js';

/** The one place where errors become answers: every one a problem (RFC 9457), none with internals or personal data. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');
  private readonly troubles = new Troubles();

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const answer = answerTo(error);
    if (answer.unexpected || this.troubles.isNews(error)) this.report(ofThisDatabase(error), request);
    if (!reply.sent) send(reply, answer, request.headers?.authorization !== undefined);
  }

  /** Route and stack, never the address, body or values: those can be about a person. */
  private report(error: unknown, request: FastifyRequest): void {
    const { name, message, stack } =
      error instanceof Error ? error : new Error('Something that is no error was thrown');
    const sqlState = sqlStateOf(error);
    // The message of a database error quotes values; its constraint, table and routine don't.
    const source = error instanceof DatabaseUnavailable ? error.cause : error;
    const { constraint, table, column, routine } = (source ?? {}) as Record<string, unknown>;
    this.logger.error({
      correlationId: request.id,
      route: `${request.method} ${request.routeOptions?.url ?? 'no route'}`,
      error: name,
      ...(sqlState ? { sqlState, constraint, table, column, routine } : { message }),
      stack: sqlState ? stackWithoutMessage(stack) : stack,
    });
  }
}

const stackWithoutMessage = (stack = '') =>
  stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .join('\n');

export function send(reply: FastifyReply, { problem, headers }: Answer, hadToken = false): void {
  reply.status(problem.status).header('content-type', PROBLEM_JSON);
  if (headers) reply.headers({ ...headers });
  // RFC 6750: the challenge of a request without any token carries no error code.
  if (problem.status === 401) {
    reply.header('www-authenticate', `Bearer realm="anamnesis"${hadToken ? ', error="invalid_token"' : ''}`);
  }
  void reply.send(JSON.stringify(problem));
}
