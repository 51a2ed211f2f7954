import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsDefined,
  IsInt,
  IsOptional,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import type { Instant } from '../../event-sourcing/index.js';
import { IsId, IsInstant } from '../../http/index.js';

/** A time to be held. */
export class HoldRequest {
  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e71 */
  @IsId()
  patientId!: string;

  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e72 */
  @IsId()
  serviceTypeId!: string;

  /**
   * All of them are taken, or none.
   * @example ["01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f"]
   */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @ArrayUnique()
  @IsId({ each: true })
  resourceIds!: string[];

  /**
   * Any minute within the opening hours; availability offers some.
   * @example 2030-03-04T09:00:00Z
   */
  @IsInstant()
  start!: Instant;

  /**
   * How long it is held.
   * @example 300
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(86_400)
  ttlSeconds: number = 300;
}

const direct = ({ holdId }: BookingRequest) => holdId === undefined;

/** Either a `holdId` alone, or everything else. */
export class BookingRequest {
  /**
   * Books the time of this hold.
   * @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e70
   */
  @ValidateIf(({ holdId }: BookingRequest) => holdId !== undefined)
  @IsId()
  holdId?: string;

  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e71 */
  @ValidateIf(direct)
  @IsDefined()
  @IsId()
  patientId?: string;

  /** @example 01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e72 */
  @ValidateIf(direct)
  @IsDefined()
  @IsId()
  serviceTypeId?: string;

  /**
   * All of them are taken, or none.
   * @example ["01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f"]
   */
  @ValidateIf(direct)
  @IsDefined()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @ArrayUnique()
  @IsId({ each: true })
  resourceIds?: string[];

  /**
   * Any minute within the opening hours; availability offers some.
   * @example 2030-03-04T09:00:00Z
   */
  @ValidateIf(direct)
  @IsDefined()
  @IsInstant()
  start?: Instant;
}

export class RescheduleRequest {
  /** @example 2030-03-04T14:00:00Z */
  @IsInstant()
  start!: Instant;

  /**
   * In place of those that it has; without, they stay.
   * @example ["01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @ArrayUnique()
  @IsId({ each: true })
  resourceIds?: string[];
}
