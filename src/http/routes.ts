import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import type { IQuery } from '@nestjs/cqrs';
import { ApiExtraModels, ApiOperation } from '@nestjs/swagger';

export const ROUTE_CONVENTIONS = 'http:conventions';

interface RouteOptions {
  /** One line, for the list of operations. */
  readonly summary: string;
  readonly description?: string;
  /** Class of the answer's body. For a command: the fields beside `id` and `version`. */
  readonly answers?: Type;
  /** It can answer 404. A route with an id in its path can without saying so. */
  readonly notFound?: true;
  /** Codes of the 400 problems beside those that every route can answer. */
  readonly invalids?: readonly string[];
}

export interface CommandRouteOptions extends RouteOptions {
  /** Path of what the command creates, such as `/v1/patients/:id`. The answer is then 201 with a Location. */
  readonly creates?: `/v1/${string}:id${string}`;
  /** The query that answers the resource, for `Prefer: return=representation`. */
  readonly represents?: (id: string) => IQuery;
  /** Class of what that query answers. */
  readonly representation?: Type;
  /** Bodies that can be sent as they are, by name. Without any, one is made of the examples of the properties. */
  readonly examples?: Readonly<Record<string, object>>;
  /** Codes of the 409 problems that the command can end in. */
  readonly refusals?: readonly string[];
  /** `If-Match` is about the stream of the path's `:id`. Required: its absence is a 428 problem. */
  readonly ifMatch?: 'required' | 'optional';
}

export interface QueryRouteOptions extends RouteOptions {
  /** The query reads projections, and waits for a `Consistency-Token`. */
  readonly consistent?: true;
}

export type RouteConventions =
  ({ readonly kind: 'command' } & CommandRouteOptions) | ({ readonly kind: 'query' } & QueryRouteOptions);

const withConventions = (conventions: RouteConventions): MethodDecorator => {
  const { answers } = conventions;
  const representation = conventions.kind === 'command' ? conventions.representation : undefined;
  const models = [answers, representation].filter((model) => model !== undefined);
  return applyDecorators(
    SetMetadata(ROUTE_CONVENTIONS, conventions),
    ApiOperation({ summary: conventions.summary, description: conventions.description }),
    ApiExtraModels(...models),
  );
};

/**
 * A controller method that returns `commandBus.execute(…)`. Gives it the conventions of a command: statuses, ETag,
 * Consistency-Token, `Prefer`, `Idempotency-Key`, `If-Match`, and their documentation.
 */
export const CommandRoute = (options: CommandRouteOptions): MethodDecorator =>
  applyDecorators(HttpCode(options.creates ? 201 : 200), withConventions({ kind: 'command', ...options }));

/** A controller method that returns `queryBus.execute(…)`. A result with a `version` is answered with its ETag. */
export const QueryRoute = (options: QueryRouteOptions): MethodDecorator =>
  applyDecorators(HttpCode(200), withConventions({ kind: 'query', ...options }));
