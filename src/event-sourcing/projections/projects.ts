import type { Projection } from './projection.js';

export interface ProjectsOptions {
  /** Raise it when rows are computed differently, so that the read model is rebuilt. From 1. */
  readonly version: number;
}

export type EntityClass<Row extends object = object> = new () => Row;
export type ProjectionClass<Row extends object = object> = abstract new (...args: never[]) => Projection<Row>;

const targets = new WeakMap<object, { entity: EntityClass; version: number }>();

/** Names the read table (a TypeORM entity in schema `read`, whose one primary column is the row key) that a projection fills. */
export const Projects =
  (entity: EntityClass, { version }: ProjectsOptions) =>
  (projection: object): void => {
    targets.set(projection, { entity, version });
  };

/** @throws Error when the class has no `@Projects`. */
export function projectionTarget(projection: { readonly name: string }): { entity: EntityClass; version: number } {
  const target = targets.get(projection);
  if (!target) throw new Error(`${projection.name} does not say which read table it fills: add @Projects`);
  return target;
}
