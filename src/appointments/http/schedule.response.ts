import { ApiProperty } from '@nestjs/swagger';
import { RESOURCE_TYPES, type ResourceType } from '../events/booking.js';
import { type Day, DAYS } from '../events/schedule-events.js';

export class ResourceResponse {
  /** @example practitioner */
  @ApiProperty({ enum: RESOURCE_TYPES })
  type!: ResourceType;

  /** @example "Dr Amara Okafor" */
  name!: string;
}

export class OpeningHoursResponse {
  /** @example monday */
  @ApiProperty({ enum: DAYS })
  day!: Day;

  /** @example 09:00 */
  from!: string;

  /** @example 17:00 */
  to!: string;
}

export class ScheduleResponse {
  /**
   * Also the id of the resource.
   * @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f
   */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example 1 */
  version!: number;

  resource!: ResourceResponse;

  /** @example Europe/London */
  timeZone!: string;

  @ApiProperty({ type: [OpeningHoursResponse] })
  weeklyHours!: readonly OpeningHoursResponse[];

  /**
   * What this caller may do next.
   * @example ["set-weekly-hours"]
   */
  @ApiProperty({ enum: ['set-weekly-hours'], isArray: true })
  allowedActions!: readonly 'set-weekly-hours'[];
}

export class SchedulePageResponse {
  items!: ScheduleResponse[];

  /** @example null */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
