import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';

const SLOW_MS = 1000;

/**
 * One line per request, with the route's pattern instead of its URL, which may hold personal data. A warning when it failed here or
 * was slow, else at level `debug`.
 */
export function logRequests(app: NestFastifyApplication, logger: Logger): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request, reply, done) => {
      const { statusCode: status, elapsedTime } = reply;
      const level = status >= 500 || elapsedTime > SLOW_MS ? 'warn' : 'debug';
      if (logger.isLevelEnabled(level)) {
        const { method, routeOptions } = request;
        logger[level]({ context: 'Http', method, route: routeOptions.url, status, ms: Math.round(elapsedTime) });
      }
      done();
    });
}
