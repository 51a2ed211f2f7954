import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import type { CallerRole } from './allow.js';
import { SecurityOptions } from './security-options.js';

export const DEVELOPMENT_ISSUER = 'anamnesis-development';
export const DEVELOPMENT_AUDIENCE = 'anamnesis';
export const SECONDS_OF_A_TOKEN = 8 * 60 * 60;
const SHORTEST_SECRET = 32;
/** No secret: whoever reaches this issuer may be anybody. Fixed, so that tokens outlive a restart and hold for every process. */
const WELL_KNOWN_SECRET = 'anamnesis development tokens prove nothing';

export interface TokenOwner {
  readonly subject: string;
  readonly role: CallerRole;
  readonly patientId?: string;
}

/** Mints tokens for anybody who asks. Cannot exist in production. */
@Injectable()
export class DevelopmentIssuer {
  /** Undefined where there is no embedded issuer. */
  readonly key?: Uint8Array;

  /** @throws Error in production, and for a secret that can be guessed. */
  constructor({ developmentIssuer }: SecurityOptions) {
    if (!developmentIssuer) return;
    if (process.env.NODE_ENV === 'production') {
      throw new Error('The development token issuer cannot be enabled when NODE_ENV is production: set OIDC_ISSUER');
    }
    const { secret = WELL_KNOWN_SECRET } = developmentIssuer;
    if (secret.length < SHORTEST_SECRET) {
      throw new Error(`The secret of the development issuer must have at least ${SHORTEST_SECRET} characters`);
    }
    this.key = new TextEncoder().encode(secret);
  }

  /** @throws Error where there is no embedded issuer. */
  mint({ subject, role, patientId }: TokenOwner): Promise<string> {
    if (!this.key) throw new Error('There is no development token issuer');
    return new SignJWT({ role, ...(patientId && { patient_id: patientId }) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(DEVELOPMENT_ISSUER)
      .setAudience(DEVELOPMENT_AUDIENCE)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(`${SECONDS_OF_A_TOKEN} seconds`)
      .sign(this.key);
  }
}
