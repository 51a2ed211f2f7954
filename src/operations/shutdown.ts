import { once } from 'node:events';
import { Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { JsonLogger } from './logger.js';

/** npm passes a Ctrl-C on, which the terminal has sent already: the same signal again within this time is that echo. */
const ECHO_MS = 1000;
/** For requests that are on their way on an open connection when the stop begins. */
const GRACE_MS = 200;

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
      await drain(app);
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

/**
 * Makes the server drainable: from `drain` on, each answer asks its client to leave, so that a connection that is kept alive does
 * not hold up the stop. To be called before `listen`.
 */
export function prepareDrain(app: NestFastifyApplication): void {
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
 * `close` would at once cut the connections that look idle, with the requests that they have sent and that were not read yet.
 */
async function drain(app: NestFastifyApplication): Promise<void> {
  draining.add(app);
  const server = app.getHttpServer();
  if (!server.listening) return;
  const closed = once(server, 'close');
  Server.prototype.close.call(server);
  await pause(GRACE_MS);
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearInterval(sweep);
}
