import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsInt, IsOptional, Max, Min } from 'class-validator';
import { Type } from 'class-transformer';
import type { Instant } from '../../event-sourcing/index.js';
import { IsId, IsInstant, PageQuery } from '../../http/index.js';

/** A stretch of time of at most 62 days. */
export class WindowQuery {
  /** @example 2030-03-04T00:00:00Z */
  @IsInstant()
  from!: Instant;

  /** @example 2030-03-11T00:00:00Z */
  @IsInstant()
  to!: Instant;
}

const listed = ({ value }: { value: unknown }) =>
  (Array.isArray(value) ? value : [value]).flatMap((part: unknown) =>
    typeof part === 'string' ? part.toLowerCase().split(',') : [part],
  );

export class AvailabilityQuery extends WindowQuery {
  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e72 */
  @IsId()
  serviceTypeId!: string;

  /**
   * Any of these: repeated, or separated by commas.
   * @example ["01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f"]
   */
  @IsId({ each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @Transform(listed)
  resourceId!: string[];

  /**
   * How many slots at most, the earliest first.
   * @example 1000
   */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(5000)
  limit: number = 1000;
}

export class PatientAppointmentsQuery extends PageQuery {
  /**
   * Only those that end after it.
   * @example 2030-03-04T00:00:00Z
   */
  @IsOptional()
  @IsInstant()
  from?: Instant;

  /**
   * Only those that start before it.
   * @example 2030-06-02T00:00:00Z
   */
  @IsOptional()
  @IsInstant()
  to?: Instant;
}
