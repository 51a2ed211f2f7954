import { ApiProperty } from '@nestjs/swagger';

/** Whatever a field of a patient may hold. */
const anyField = {
  oneOf: [
    { type: 'string' },
    { type: 'boolean' },
    { type: 'array', items: { type: 'string' } },
    { type: 'object', additionalProperties: true },
    { type: 'null' },
  ],
};

export class DifferenceResponse {
  /**
   * JSON pointer (RFC 6901) into the patient.
   * @example /name/family
   */
  pointer!: string;

  /**
   * What it was; null where there was nothing. Of a list of things, such as `telecom`, the one that went.
   * @example Byron
   */
  @ApiProperty(anyField)
  from!: unknown;

  /**
   * What it is since; null where there is nothing. Of a list of things, the one that came.
   * @example Lovelace
   */
  @ApiProperty(anyField)
  to!: unknown;
}

export class HistoryEntryResponse {
  /**
   * Version of the patient since then.
   * @example 2
   */
  version!: number;

  /** @example demographics-changed */
  event!: string;

  /** @example 2026-03-01T09:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  recordedAt!: string;

  /**
   * Who did it.
   * @example receptionist-1
   */
  actor!: string;

  /** @example receptionist */
  @ApiProperty({ type: String, nullable: true })
  role!: string | null;

  /** @example null */
  @ApiProperty({ type: String, nullable: true })
  onBehalfOf!: string | null;

  /**
   * Purpose of use, a code of HL7 v3.
   * @example TREAT
   */
  @ApiProperty({ type: String, nullable: true })
  purpose!: string | null;

  /** @example null */
  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  changes!: DifferenceResponse[];
}

export class PatientHistoryResponse {
  /** The latest first. */
  items!: HistoryEntryResponse[];

  /**
   * Gives the next page; null on the last one.
   * @example null
   */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
