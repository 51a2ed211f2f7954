import { decodeCursor, encodeCursor } from '../../../http/index.js';

/** Before the id of every patient. */
export const NIL = '00000000-0000-0000-0000-000000000000';

/** Where a page ended: the sort key of its last patient. */
export interface Place {
  /** The word that was found, where that is not the first of the name; else empty. Those come after these. */
  readonly rank: string;
  readonly nameWords: string;
  readonly patientId: string;
}

export const encodePlace = ({ rank, nameWords, patientId }: Place): string => encodeCursor(rank, nameWords, patientId);

/** @throws DomainError `invalid-cursor` */
export function decodePlace(cursor: string | undefined): Place | undefined {
  const [rank, nameWords, patientId] = decodeCursor(cursor, 'text', 'text', 'id') ?? [];
  return rank === undefined || nameWords === undefined || patientId === undefined
    ? undefined
    : { rank, nameWords, patientId };
}
