import { IsNumber } from 'class-validator';
import { IsPlainText } from '../../http/index.js';
import { Optional } from './optional.js';

/** A concept of a terminology, checked by the form that its system gives to codes. */
export class CodeRequest {
  /**
   * URI of the terminology.
   * @example http://snomed.info/sct
   */
  @IsPlainText(250)
  system!: string;

  /** @example 38341003 */
  @IsPlainText(100)
  code!: string;

  /**
   * The terminology's own wording.
   * @example "Hypertensive disorder"
   */
  @Optional()
  @IsPlainText(500)
  display?: string;

  /**
   * The words of whoever records it.
   * @example "High blood pressure, known for years"
   */
  @Optional()
  @IsPlainText(500)
  text?: string;
}

export class QuantityRequest {
  /** @example 128 */
  @IsNumber({ allowNaN: false, allowInfinity: false })
  value!: number;

  /**
   * For people; the code when left out.
   * @example mmHg
   */
  @Optional()
  @IsPlainText(100)
  unit?: string;

  /**
   * UCUM (http://unitsofmeasure.org), case sensitive.
   * @example mm[Hg]
   */
  @Optional()
  @IsPlainText(100)
  code?: string;
}
