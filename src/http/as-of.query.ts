import type { Instant } from '../event-sourcing/domain-event.js';
import { IsOptional } from 'class-validator';
import { IsInstant } from './validators.js';

/** Query string of a resource that can be seen as it was. */
export class AsOfQuery {
  /**
   * Answers what was recorded up to this moment.
   * @example 2026-03-01T09:00:00.000Z
   */
  @IsOptional()
  @IsInstant()
  asOf?: Instant;
}
