import { getMetadataArgsStorage } from 'typeorm';
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

/** Name of the durable subscription that feeds the projection: its table and version, stable across renamed classes. */
export function subscriptionNameOf(projection: { readonly name: string }): string {
  const { entity, version } = projectionTarget(projection);
  const table = getMetadataArgsStorage().tables.find(({ target }) => target === entity);
  if (!table?.name) throw new Error(`${entity.name} needs @Entity with the name of its table`);
  return `projection:${table.name}@${version}`;
}
