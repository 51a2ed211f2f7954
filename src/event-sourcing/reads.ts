import type { ProjectionClass } from './projections/projects.js';

const readBy = new WeakMap<object, readonly ProjectionClass[]>();

/**
 * On a query handler: the projections whose read tables it reads. A query that carries a consistency token waits until
 * each of them has passed it.
 */
export const Reads =
  (...projections: ProjectionClass[]) =>
  (queryHandler: object): void => {
    readBy.set(queryHandler, projections);
  };

export const projectionsReadBy = (queryHandler: object): readonly ProjectionClass[] => readBy.get(queryHandler) ?? [];
