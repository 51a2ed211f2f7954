export class CodeResponse {
  /** @example http://snomed.info/sct */
  system!: string;

  /** @example 38341003 */
  code!: string;

  /** @example "Hypertensive disorder" */
  display?: string;

  /** @example "High blood pressure, known for years" */
  text?: string;
}

export class QuantityResponse {
  /** @example 128 */
  value!: number;

  /** @example mmHg */
  unit?: string;

  /**
   * UCUM.
   * @example mm[Hg]
   */
  code?: string;
}
