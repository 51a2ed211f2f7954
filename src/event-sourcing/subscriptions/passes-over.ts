import type { EventClass } from '../domain-event.js';

const passedOver = new WeakMap<object, readonly EventClass[]>();

/**
 * On an event handler, projection or saga class: types that an earlier build's class of that name handled and this one does not, on
 * purpose. Without it their events are kept for a build that handles them, for it cannot be told from a build that is behind.
 */
export const PassesOver =
  (...events: EventClass[]) =>
  (target: object): void => {
    passedOver.set(target, events);
  };

export const passedOverBy = (target: object): readonly EventClass[] => passedOver.get(target) ?? [];
