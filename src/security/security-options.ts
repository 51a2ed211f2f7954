/** Where tokens come from. Provided by the application's settings, under this class as its token. */
export abstract class SecurityOptions {
  /**
   * The embedded issuer behind `POST /dev/token`. Refused at start when NODE_ENV is production. Its tokens are signed with
   * `secret` (at least 32 characters), or with a random one, so that they end with the process.
   */
  abstract readonly developmentIssuer?: { readonly secret?: string };
  /** Any OpenID Connect issuer. `jwksUrl` is fetched when the first token comes, not at start. */
  abstract readonly oidc?: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string };
}
