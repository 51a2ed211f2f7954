import { type Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { DomainError, invalid } from '../event-sourcing/errors.js';
import { pointer } from './pointers.js';
import { ROUTE_CONVENTIONS, type RouteConventions } from './routes.js';

/** What a route takes, worked out once. */
export interface RoutePlan {
  readonly conventions: RouteConventions;
  readonly takesBody: boolean;
  /** Names of the query parameters that the handler asks for one by one; undefined when a class describes them all. */
  readonly parameters?: ReadonlySet<string>;
}

type RouteArguments = Readonly<Record<string, { readonly data?: unknown }>>;

export function planOf(controller: Type, handler: { readonly name: string }): RoutePlan | undefined {
  const conventions = Reflect.getMetadata(ROUTE_CONVENTIONS, handler) as RouteConventions | undefined;
  if (!conventions) return undefined;
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler.name) ?? {}) as RouteArguments;
  const of = (type: RouteParamtypes) =>
    Object.entries(args)
      .filter(([key]) => key.startsWith(`${type}:`))
      .map(([, { data }]) => data);
  const parameters = of(RouteParamtypes.QUERY);
  return {
    conventions,
    takesBody: of(RouteParamtypes.BODY).length > 0,
    parameters: parameters.every((name) => typeof name === 'string') ? new Set(parameters) : undefined,
  };
}

/**
 * Refuses what no parameter of the handler would see, so that nothing a client sends is passed over in silence.
 * @throws DomainError
 */
export function mustTakeRequest({ takesBody, parameters }: RoutePlan, { body, query }: FastifyRequest): void {
  if (body !== undefined && body !== null) {
    if (typeof body !== 'object' || Array.isArray(body)) {
      const detail = 'The body must be a JSON object.';
      throw new DomainError('invalid', 'validation-failed', detail, { errors: [{ pointer: '', detail }] });
    }
    const [unknown] = takesBody ? [] : Object.keys(body);
    if (unknown !== undefined) {
      throw invalid('validation-failed', 'This takes no body, or an empty object.', pointer([unknown]));
    }
  }
  for (const parameter of Object.keys(query as object)) {
    // Nest takes out names that every object has before the validation could see them.
    if (parameters ? !parameters.has(parameter) : parameter in Object.prototype) {
      const detail = 'There is no such query parameter here.';
      throw new DomainError('invalid', 'validation-failed', detail, { errors: [{ parameter, detail }] });
    }
  }
}
