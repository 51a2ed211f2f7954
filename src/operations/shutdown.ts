import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { JsonLogger } from './logger.js';

/** npm passes a Ctrl-C on, which the terminal has sent already: the same signal again within this time is that echo. */
const ECHO_MS = 1000;
/** For requests that are on their way on an open connection when the stop begins. */
const GRACE_MS = 200;
const SWEEP_MS = 50;

export interface Shutdown {
  readonly timeoutMs: number;
  readonly logger: JsonLogger;
  /** Runs last, when nothing uses the database any more. */
  readonly closeDatabase: () => Promise<void>;
}

/**
 * On SIGTERM or SIGINT: takes no more connections, answers the requests that are under way, stops the subscriptions, closes the
 * database, and exits with 0. Exits with 1 when that takes longer than `timeoutMs`, and at a second signal.
 */
export function stopOnSignals(app: NestFastifyApplication, { timeoutMs, logger, closeDatabase }: Shutdown): void {
  let stoppingSince: number | undefined;

  const stop = async (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      if (Date.now() - stoppingSince > ECHO_MS) process.exit(1);
      return;
    }
    stoppingSince = Date.now();
    logger.log(`${signal}: stopping`, 'Shutdown');
    setTimeout(() => {
      logger.error(`Still not stopped after ${timeoutMs} ms: giving up`, 'Shutdown');
      process.exit(1);
    }, timeoutMs).unref();
    try {
      await drain(app, timeoutMs / 3);
      await app.close();
      await closeDatabase();
      process.exit(0);
    } catch (error) {
      logger.error(error, 'Shutdown');
      process.exit(1);
    }
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

const draining = new WeakSet<NestFastifyApplication>();
/** Requests under way on each open connection. */
const underWay = new WeakMap<NestFastifyApplication, Map<Socket, number>>();

/**
 * Makes the server drainable: from `drain` on, each answer asks its client to leave, so that a connection that is kept alive does
 * not hold up the stop. To be called before `listen`.
 */
export function prepareDrain(app: NestFastifyApplication): void {
  const requests = new Map<Socket, number>();
  underWay.set(app, requests);
  const server = app.getHttpServer() as Server;
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    response.once('close', () => requests.has(socket) && requests.set(socket, requests.get(socket)! - 1));
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (_request, reply, _payload, done) => {
      if (draining.has(app)) void reply.header('Connection', 'close');
      done();
    });
}

/**
 * Closes the server before Nest's own hooks run, because requests under way still need the subscriptions and the database. Node's own
 * `close` would at once cut the connections that look idle, with the requests that they have sent and that were not read yet; and it
 * would wait for ever for those that never sent a whole request. Connections without a request are cut after a moment, all others at
 * the limit.
 */
async function drain(app: NestFastifyApplication, limitMs: number): Promise<void> {
  draining.add(app);
  const server = app.getHttpServer() as Server;
  if (!server.listening) return;
  const closed = once(server, 'close');
  Server.prototype.close.call(server);
  const requests = underWay.get(app) ?? new Map<Socket, number>();
  const cut = (which: (requests: number) => boolean) => {
    for (const [socket, count] of [...requests]) if (which(count)) socket.destroy();
  };
  await pause(GRACE_MS);
  const sweep = setInterval(() => cut((count) => count === 0), SWEEP_MS);
  const limit = setTimeout(() => cut(() => true), limitMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(limit);
}
