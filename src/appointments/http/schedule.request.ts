import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsDefined, IsIn, IsObject, Matches, ValidateNested } from 'class-validator';
import { IsPlainText, IsTimeZone } from '../../http/index.js';
import { RESOURCE_TYPES, type ResourceType } from '../events/booking.js';
import { type Day, DAYS } from '../events/schedule-events.js';

const CLOCK = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

export class ResourceRequest {
  /** @example practitioner */
  @IsIn(RESOURCE_TYPES)
  @ApiProperty({ enum: RESOURCE_TYPES })
  type!: ResourceType;

  /** @example "Dr Amara Okafor" */
  @IsPlainText(200)
  name!: string;
}

export class OpeningHoursRequest {
  /** @example monday */
  @IsIn(DAYS)
  @ApiProperty({ enum: DAYS })
  day!: Day;

  /**
   * On the wall clock of the schedule's zone.
   * @example 09:00
   */
  @Matches(CLOCK, { message: '$property must be HH:MM' })
  @ApiProperty({ pattern: CLOCK.source })
  from!: string;

  /**
   * At most 24:00: over midnight, write one entry for each day.
   * @example 17:00
   */
  @Matches(CLOCK, { message: '$property must be HH:MM' })
  @ApiProperty({ pattern: CLOCK.source })
  to!: string;
}

export class WeeklyHoursRequest {
  /** In place of all earlier ones. */
  @IsArray()
  @ArrayMaxSize(100)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => OpeningHoursRequest)
  weeklyHours!: OpeningHoursRequest[];
}

export class ScheduleRequest extends WeeklyHoursRequest {
  /** Whom or what the schedule makes bookable. */
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ResourceRequest)
  resource!: ResourceRequest;

  /**
   * Of the IANA database.
   * @example Europe/London
   */
  @IsTimeZone()
  timeZone!: string;
}
