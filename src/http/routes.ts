import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import type { IQuery } from '@nestjs/cqrs';
import { ApiExtension, ApiExtraModels, ApiOperation } from '@nestjs/swagger';

export const ROUTE_CONVENTIONS = 'http:conventions';
/** Where the OpenAPI document finds the conventions of an operation, until they are written out. */
export const CONVENTIONS_EXTENSION = 'x-conventions';

interface RouteOptions {
  /** One line, for the list of operations. */
  readonly summary: string;
  readonly description?: string;
  /** Class of the answer's body. For a command: the fields beside `id` and `version`. */
  readonly answers?: Type;
  /** It can answer 404. A route with a path id always can. */
  readonly notFound?: true;
}

export interface CommandRouteOptions extends RouteOptions {
  /** Path of what the command creates, such as `/v1/patients/:id`. The answer is then 201 with a Location. */
  readonly creates?: `/v1/${string}:id${string}`;
  /** The query that answers the resource, for `Prefer: return=representation`. */
  readonly represents?: (id: string) => IQuery;
  /** Class of what that query answers. */
  readonly representation?: Type;
  /** Codes of the 409 problems that the command can end in. */
  readonly refusals?: readonly string[];
  /** Codes of the 400 problems beside those of validation. */
  readonly invalids?: readonly string[];
  /** `If-Match` is about the stream of the path's `:id`. Required: its absence is a 428 problem. */
  readonly ifMatch?: 'required' | 'optional';
}

export interface QueryRouteOptions extends RouteOptions {
  /** The query reads projections, and waits for a `Consistency-Token`. */
  readonly consistent?: true;
  /** Codes of the 400 problems beside those of validation. */
  readonly invalids?: readonly string[];
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
    ApiExtension(CONVENTIONS_EXTENSION, {
      ...conventions,
      represents: conventions.kind === 'command' && conventions.represents !== undefined,
      answers: answers?.name,
      representation: representation?.name,
    }),
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
