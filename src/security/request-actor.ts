import type { FastifyRequest } from 'fastify';
import type { Actor } from '../event-sourcing/execution-context.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access guard; null before it, and on public routes. */
    actor: Actor | null;
  }
}

/** The caller. On public routes it is nobody in particular. */
export const actorOf = (request: FastifyRequest): Actor => request.actor ?? ANONYMOUS;

const ANONYMOUS: Actor = { id: 'anonymous', role: 'system' };
