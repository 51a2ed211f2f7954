import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { DomainError } from '../event-sourcing/errors.js';
import { correlationId } from './headers.js';
import { malformedJson, mustBeStorable } from './json-body.js';
import { type Answer, httpAnswer, PROBLEM_JSON } from './problem/problem.js';
import { send } from './problem/problem.filter.js';

const BODY_LIMIT = 1024 * 1024;

/**
 * The Fastify adapter with this API's limits, its JSON parser, and problems for what fails before Nest sees the request. Give it
 * to `NestFactory.create` or `createNestApplication`.
 */
export class ApiAdapter extends FastifyAdapter {
  constructor(options: Pick<FastifyServerOptions, 'bodyLimit' | 'requestTimeout' | 'keepAliveTimeout'> = {}) {
    super({
      bodyLimit: BODY_LIMIT,
      ...options,
      genReqId: (request: IncomingMessage) => correlationId(request.headers),
      frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
        send(reply.header('x-correlation-id', request.id), httpAnswer(error.statusCode ?? 400)),
      clientErrorHandler,
      // The hook below says it as a problem.
      return503OnClosing: false,
      // The pipe of each id judges its length: no address is long enough to harm.
      routerOptions: { maxParamLength: 64 * 1024 },
      // This API has no Nest middleware: requests need not pass its router.
      skipMiddie: true,
    });
    const fastify = this.getInstance();
    fastify.decorateRequest('actor', null);

    let closing = false;
    fastify.addHook('preClose', (done) => {
      closing = true;
      done();
    });
    fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
      reply.header('x-correlation-id', request.id).header('cache-control', 'no-store');
      if (closing) return send(reply.header('connection', 'close'), httpAnswer(503));
      if (request.url.includes('%00')) return done(invalidAddress());
      done();
    });

    const parse = fastify.getDefaultJsonParser('error', 'error');
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      // No body at all is for the validation to judge: it knows whether one is needed.
      if (body.length === 0) return done(null, undefined);
      let parsed: unknown;
      let malformed = !isUtf8(body);
      if (!malformed) {
        // Calls back before it returns.
        void parse(request, body.toString(), (error, value) => {
          malformed = error !== null;
          parsed = value;
        });
      }
      try {
        if (malformed) throw malformedJson();
        mustBeStorable(parsed);
      } catch (error) {
        return done(error as Error);
      }
      done(null, parsed);
    });
  }

  /** Nest would add a parser for forms: this API speaks JSON only. */
  override registerParserMiddleware(): void {}
}

const invalidAddress = () => new DomainError('invalid', 'invalid-text', 'The address may not hold U+0000.');

const STATUS_OF_CLIENT_ERROR: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
const REASON: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** What Node cannot parse never becomes a request: the answer is written to the socket by hand. */
function clientErrorHandler({ code }: Error & { code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const answer: Answer = httpAnswer(STATUS_OF_CLIENT_ERROR[code ?? ''] ?? 400);
  const body = JSON.stringify(answer.problem);
  socket.end(
    [
      `HTTP/1.1 ${answer.problem.status} ${REASON[answer.problem.status]}`,
      `Content-Type: ${PROBLEM_JSON}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
