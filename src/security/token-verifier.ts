import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { DomainError } from '../event-sourcing/errors.js';
import type { Actor } from '../event-sourcing/execution-context.js';
import { actorOfClaims } from './actor-of-claims.js';
import { DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER, DevelopmentIssuer } from './development-issuer.js';
import { SecurityOptions } from './security-options.js';
import { unauthenticated } from './unauthenticated.js';

/** Public-key algorithms only: a key of the issuer can then never be used to sign. */
const OIDC_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const LONGEST_TOKEN = 8192;
const REMEMBERED = 10_000;

interface Verified {
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Checks the signature and the standard claims of the tokens of one issuer. */
interface Issuer {
  readonly name: string;
  readonly claimsOf: (token: string) => Promise<JWTPayload>;
}

function developmentIssuer(key: Uint8Array): Issuer {
  const rules = {
    issuer: DEVELOPMENT_ISSUER,
    audience: DEVELOPMENT_AUDIENCE,
    algorithms: ['HS256'],
    requiredClaims: ['exp', 'sub'],
  };
  return { name: DEVELOPMENT_ISSUER, claimsOf: async (token) => (await jwtVerify(token, key, rules)).payload };
}

function openIdIssuer({ issuer, audience, jwksUrl }: NonNullable<SecurityOptions['oidc']>): Issuer {
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  const rules = { issuer, audience, algorithms: OIDC_ALGORITHMS, requiredClaims: ['exp', 'sub'] };
  return { name: issuer, claimsOf: async (token) => (await jwtVerify(token, keys, rules)).payload };
}

/** Tells who a bearer token is. Verified ones are remembered, until they expire at the latest. */
@Injectable()
export class TokenVerifier {
  private readonly issuers: readonly Issuer[];
  /** In the order of last use: the first is forgotten first. */
  private readonly remembered = new Map<string, Verified>();

  /** @throws Error when the settings name no issuer at all. */
  constructor({ oidc }: SecurityOptions, development: DevelopmentIssuer) {
    this.issuers = [
      ...(development.key ? [developmentIssuer(development.key)] : []),
      ...(oidc ? [openIdIssuer(oidc)] : []),
    ];
    if (this.issuers.length === 0) {
      throw new Error('No token issuer is configured: set OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS_URL');
    }
  }

  /**
   * The actor at once when the token is remembered, else a promise of it.
   * @throws UnauthorizedException, or DomainError when the token gives no role here or the issuer's keys cannot be had
   */
  verify(token: string): Actor | Promise<Actor> {
    const known = this.remembered.get(token);
    if (known) {
      this.remembered.delete(token);
      if (Date.now() < known.expires) {
        this.remembered.set(token, known);
        return known.actor;
      }
    }
    return this.verifyAnew(token);
  }

  private async verifyAnew(token: string): Promise<Actor> {
    if (token.length > LONGEST_TOKEN) throw unauthenticated('invalid-token', 'The token is too long.');
    let claims: JWTPayload;
    try {
      const { iss } = decodeJwt(token);
      const issuer = this.issuers.find(({ name }) => name === iss);
      if (!issuer) throw new errors.JWTInvalid('unknown issuer');
      claims = await issuer.claimsOf(token);
    } catch (error) {
      throw translated(error);
    }
    const actor = actorOfClaims(claims);
    this.remember(token, { actor, expires: claims.exp! * 1000 });
    return actor;
  }

  private remember(token: string, verified: Verified): void {
    if (this.remembered.size >= REMEMBERED) {
      const [oldest] = this.remembered.keys();
      if (oldest !== undefined) this.remembered.delete(oldest);
    }
    this.remembered.set(token, verified);
  }
}

/** What is wrong with the token is the caller's; keys that cannot be fetched are not. */
function translated(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return unauthenticated('token-expired', 'The token has expired.');
  const aboutTheToken =
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  if (aboutTheToken) return unauthenticated('invalid-token', 'The token is not one that this API accepts.');
  return new DomainError(
    'unavailable',
    'token-issuer-unavailable',
    'The keys of the token issuer cannot be had just now.',
  );
}
