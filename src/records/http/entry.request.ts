import { IsPlainText } from '../../http/index.js';

export class EnteredInErrorRequest {
  /** @example Recorded for the wrong patient */
  @IsPlainText(500)
  reason!: string;
}
