import { v5, v7 } from 'uuid';

/** A new id: UUID version 7 (RFC 9562), ordered by time, so that indexes grow at their end. */
export const newId = (): string => v7();

const NAMESPACE = '6f1c0f3e-6a57-4f0e-9d3b-3f6f7f0a4c11';

/** The same id for the same names: UUID version 5. For what must be created once, such as the encounter of an appointment. */
export const idFor = (...names: string[]): string => v5(names.join('/'), NAMESPACE);
