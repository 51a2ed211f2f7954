import { IsIn, IsOptional } from 'class-validator';
import { IsCalendarDate, IsPlainText, PageQuery } from '../../http/index.js';

export const nameMatches = ['prefix', 'similar'] as const;

export class SearchPatientsQuery extends PageQuery {
  /**
   * Beginnings of words of the name, in any order, without regard to accents and case. Where nobody's name begins so, the most
   * similar names are answered.
   * @example "love ada"
   */
  @IsOptional()
  @IsPlainText(200)
  name?: string;

  /**
   * `similar`: the most similar names, best first, even where there are names that begin so. One page, without a cursor.
   * @example prefix
   */
  @IsOptional()
  @IsIn(nameMatches)
  nameMatch?: (typeof nameMatches)[number];

  /** @example 1980-02-29 */
  @IsOptional()
  @IsCalendarDate()
  birthDate?: string;

  /**
   * `system|value`, or a value of any system. The numbers that a patient had before find it too.
   * @example http://hl7.org/fhir/sid/us-ssn|999-65-9492
   */
  @IsOptional()
  @IsPlainText(511)
  identifier?: string;

  /**
   * A telephone number, however it is written, with or without country and area: at least its last four digits.
   * @example "020 7946 0958"
   */
  @IsOptional()
  @IsPlainText(50)
  phone?: string;
}
