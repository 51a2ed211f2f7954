import {
  type CallHandler,
  type ExecutionContext as NestCall,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { DomainError } from '../event-sourcing/errors.js';
import { type ExecutionContext, runInContext } from '../event-sourcing/execution-context.js';
import { actorOf } from '../security/request-actor.js';
import {
  consistencyToken,
  etag,
  idempotencyKey,
  ifMatchVersion,
  onBehalfOf,
  prefersRepresentation,
  purposeOfUse,
  requestHash,
} from './headers.js';
import { invalidHeader } from './problem/invalid-parameter.js';
import { mustTakeRequest, type RoutePlan, planOf } from './route-plan.js';
import type { CommandRouteOptions } from './routes.js';

type Answered = Readonly<Record<string, unknown>>;

/** Gives routes declared by `@CommandRoute` and `@QueryRoute` their conventions. */
@Injectable()
export class ConventionsInterceptor implements NestInterceptor {
  private readonly logger = new Logger('Http');
  private readonly plans = new Map<unknown, RoutePlan | undefined>();

  constructor(private readonly queryBus: QueryBus) {}

  intercept(call: NestCall, next: CallHandler<unknown>): Observable<unknown> {
    const plan = this.planOf(call);
    if (!plan) return next.handle();
    const http = call.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    mustTakeRequest(plan, request);
    return from(
      plan.conventions.kind === 'command'
        ? this.command(plan.conventions, request, reply, next)
        : this.query(request, reply, next),
    );
  }

  private planOf(call: NestCall): RoutePlan | undefined {
    const handler = call.getHandler();
    if (!this.plans.has(handler)) this.plans.set(handler, planOf(call.getClass<object>(), handler));
    return this.plans.get(handler);
  }

  private async query(request: FastifyRequest, reply: FastifyReply, next: CallHandler<unknown>): Promise<unknown> {
    const context: ExecutionContext = {
      actor: actorOf(request),
      correlationId: request.id,
      onBehalfOf: onBehalfOf(request.headers['x-on-behalf-of']),
      purpose: purposeOfUse(request.headers['x-purpose-of-use']),
      consistencyToken: consistencyToken(request.headers['consistency-token']),
    };
    const result = await called(context, next);
    const version = versionIn(result);
    if (version !== undefined) reply.header('etag', etag(version));
    return result;
  }

  private async command(
    route: CommandRouteOptions,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler<unknown>,
  ): Promise<unknown> {
    const params = request.params as Readonly<Record<string, string>>;
    const key = idempotencyKey(request.headers['idempotency-key']);
    const context: ExecutionContext = {
      actor: actorOf(request),
      correlationId: request.id,
      onBehalfOf: onBehalfOf(request.headers['x-on-behalf-of']),
      purpose: purposeOfUse(request.headers['x-purpose-of-use']),
      ifMatch: ifMatchOf(route, request.headers['if-match'], params.id),
      idempotency:
        key === undefined ? undefined : { key, requestHash: requestHash(request.method, request.url, request.body) },
    };
    const result = ((await called(context, next)) ?? {}) as Answered;

    const { outcome } = context;
    const id = idIn(result) ?? (route.creates ? outcome?.versions.keys().next().value : params.id) ?? '';
    const version = outcome && (outcome.versions.get(id) ?? outcome.versions.values().next().value);
    if (outcome) reply.header('consistency-token', String(outcome.position));
    if (version !== undefined) reply.header('etag', etag(version));
    if (route.creates) reply.header('location', locationOf(route.creates, { ...params, id }));

    if (route.represents && outcome && prefersRepresentation(request.headers.prefer)) {
      const resource = await this.representation(route.represents(id), context, outcome.position);
      if (resource) {
        reply.header('preference-applied', 'return=representation');
        return resource;
      }
    }
    return { id, version, ...result };
  }

  /** The command has happened: that its resource cannot be shown yet must not look like a failure. */
  private async representation(query: object, command: ExecutionContext, position: number): Promise<unknown> {
    const { actor, correlationId, onBehalfOf, purpose } = command;
    const context: ExecutionContext = { actor, correlationId, onBehalfOf, purpose, consistencyToken: position };
    try {
      return await runInContext(context, () => this.queryBus.execute<object, unknown>(query));
    } catch (error) {
      if (!(error instanceof DomainError)) {
        this.logger.error({ correlationId, error: error instanceof Error ? error.stack : 'no error' });
      }
      return undefined;
    }
  }
}

/** Nest binds the handler to the async context in which `handle` is called. */
const called = (context: ExecutionContext, next: CallHandler<unknown>): Promise<unknown> =>
  runInContext(context, () => lastValueFrom(next.handle(), { defaultValue: undefined }));

const idIn = ({ id }: Answered): string | undefined => (typeof id === 'string' ? id : undefined);

const versionIn = (result: unknown): number | undefined => {
  const version = typeof result === 'object' && result !== null && 'version' in result ? result.version : undefined;
  return typeof version === 'number' ? version : undefined;
};

const locationOf = (template: string, params: Readonly<Record<string, string>>) =>
  template.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

function ifMatchOf(route: CommandRouteOptions, header: string | undefined, id: string | undefined) {
  const version = ifMatchVersion(header);
  if (version === undefined) {
    if (route.ifMatch !== 'required') return undefined;
    throw new DomainError(
      'version-required',
      'if-match-required',
      'This needs If-Match with the version that was read.',
    );
  }
  if (id === undefined || (route.creates && !route.ifMatch)) {
    throw invalidHeader('If-Match', 'There is nothing here that If-Match could be about.');
  }
  return version === '*' ? undefined : { streamId: id.toLowerCase(), version };
}
