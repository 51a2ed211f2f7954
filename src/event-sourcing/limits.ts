/** How long a plain event handler, or a command of a saga, may take before it has failed, in milliseconds. */
export const FOREIGN_WORK_LIMIT_MS = Symbol('FOREIGN_WORK_LIMIT_MS');
/** Less than the lease of a command. */
export const USUAL_FOREIGN_WORK_LIMIT_MS = 25_000;
