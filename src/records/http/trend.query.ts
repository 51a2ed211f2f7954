import { Matches } from 'class-validator';
import { IsInstant, IsPlainText, PageQuery } from '../../http/index.js';
import { Optional } from './optional.js';

export class TrendQuery extends PageQuery {
  /**
   * `system|code`.
   * @example http://loinc.org|8480-6
   */
  @IsPlainText(350)
  @Matches(/^[^|\s]+\|[^|]+$/)
  code!: string;

  /** @example 2020-01-01T00:00:00.000Z */
  @Optional()
  @IsInstant()
  from?: string;

  /** @example 2026-12-31T00:00:00.000Z */
  @Optional()
  @IsInstant()
  to?: string;
}
