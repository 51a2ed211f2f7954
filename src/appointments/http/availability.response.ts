import { ApiProperty } from '@nestjs/swagger';
import type { Instant } from '../../event-sourcing/index.js';

export class SlotResponse {
  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f */
  @ApiProperty({ format: 'uuid' })
  resourceId!: string;

  /** @example 2030-03-04T09:00:00.000Z */
  @ApiProperty({ format: 'date-time' })
  start!: Instant;

  /** @example 2030-03-04T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  end!: Instant;
}

export class AvailabilityResponse {
  /** In order of time. */
  slots!: SlotResponse[];
}
