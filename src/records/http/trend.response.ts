import { ApiProperty } from '@nestjs/swagger';

export class TrendPointResponse {
  /** @example 2026-03-01T09:05:00.000Z */
  @ApiProperty({ format: 'date-time' })
  at!: string;

  /** @example 128 */
  value!: number;

  /** @example mmHg */
  @ApiProperty({ type: String, nullable: true })
  unit!: string | null;

  /**
   * The panel in which it was measured.
   * @example 0199d5a0-7c1e-7a53-9d5e-0d9a3b1c2f60
   */
  observationId!: string;
}

export class TrendResponse {
  /** The oldest first. */
  items!: TrendPointResponse[];

  /**
   * Gives the next page; null on the last one.
   * @example null
   */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
