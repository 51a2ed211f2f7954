import { IsPlainText } from '../../http/index.js';

export class EnteredInErrorRequest {
  /**
   * Why it should never have been made.
   * @example "Recorded for the wrong patient"
   */
  @IsPlainText(500)
  reason!: string;
}
