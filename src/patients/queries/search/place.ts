import { decodeCursor, encodeCursor } from '../../../http/index.js';

/** Where a page ended: the sort key of its last patient. */
export interface Place {
  /** The word that was found, where the order is by that first; else empty. */
  readonly rank: string;
  readonly sortName: string;
  readonly patientId: string;
}

export const encodePlace = ({ rank, sortName, patientId }: Place): string => encodeCursor(rank, sortName, patientId);

/** @throws DomainError `invalid-cursor` */
export function decodePlace(cursor: string | undefined): Place | undefined {
  const [rank, sortName, patientId] = decodeCursor(cursor, 'text', 'text', 'id') ?? [];
  return rank === undefined || sortName === undefined || patientId === undefined
    ? undefined
    : { rank, sortName, patientId };
}
