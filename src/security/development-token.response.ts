/** A bearer token, in the form of OAuth 2. */
export class DevelopmentTokenResponse {
  /** Goes into *Authorize*. */
  access_token!: string;

  /** @example Bearer */
  token_type!: 'Bearer';

  /**
   * Seconds until it expires.
   * @example 28800
   */
  expires_in!: number;
}
