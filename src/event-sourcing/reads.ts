import type { ProjectionClass } from './projections/projects.js';

const readBy = new WeakMap<object, readonly ProjectionClass[]>();

/**
 * On every query handler, and without any where it reads none: the projections whose read tables it reads. A query that carries a consistency token waits until
 * each of them has passed it.
 */
export const Reads =
  (...projections: ProjectionClass[]) =>
  (queryHandler: object): void => {
    readBy.set(queryHandler, projections);
  };

/** @throws Error when it does not say: with a consistency token it would answer with what is stale, in silence. */
export function projectionsReadBy(queryHandler: { readonly name: string }): readonly ProjectionClass[] {
  const projections = readBy.get(queryHandler);
  if (!projections) {
    throw new Error(`${queryHandler.name} does not say which projections it reads: @Reads(…), or @Reads() for none`);
  }
  return projections;
}
