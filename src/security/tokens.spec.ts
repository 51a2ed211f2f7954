import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { UnauthorizedException } from '@nestjs/common';
import { DomainError } from '../event-sourcing/errors.js';
import { DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER, DevelopmentIssuer } from './development-issuer.js';
import type { SecurityOptions } from './security-options.js';
import { TokenVerifier } from './token-verifier.js';

const PATIENT = '018f0000-0000-7000-8000-000000000001';
const SECRET = 'a secret of at least thirty-two characters';
const GOOD = { iss: DEVELOPMENT_ISSUER, aud: DEVELOPMENT_AUDIENCE, sub: 'dr-who', role: 'practitioner' };

const nowInSeconds = () => Math.floor(Date.now() / 1000);

function verifierOf(options: SecurityOptions) {
  const issuer = new DevelopmentIssuer(options);
  return { issuer, verifier: new TokenVerifier(options, issuer) };
}

const signed = (claims: JWTPayload, { alg = 'HS256', secret = SECRET } = {}) =>
  new SignJWT({ exp: nowInSeconds() + 60, ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret));

const codeOf = async (verified: unknown): Promise<unknown> => {
  try {
    await verified;
    return 'accepted';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    expect(error).toBeInstanceOf(UnauthorizedException);
    return ((error as UnauthorizedException).getResponse() as { code: unknown }).code;
  }
};

describe('tokens of the development issuer', () => {
  const { issuer, verifier } = verifierOf({ developmentIssuer: { secret: SECRET } });

  it('say who it is', async () => {
    const token = await issuer.mint({ subject: 'dr-who', role: 'practitioner' });
    expect(await verifier.verify(token)).toEqual({ id: 'dr-who', role: 'practitioner' });
    const patients = await issuer.mint({ subject: 'pat', role: 'patient', patientId: PATIENT });
    expect(await verifier.verify(patients)).toEqual({ id: 'pat', role: 'patient', patientId: PATIENT });
  });

  it('outlive a restart, with a secret of their own or the well-known one', async () => {
    const restarted = verifierOf({ developmentIssuer: { secret: SECRET } }).verifier;
    expect(await codeOf(restarted.verify(await issuer.mint({ subject: 'a', role: 'admin' })))).toBe('accepted');
    const passing = await verifierOf({ developmentIssuer: {} }).issuer.mint({ subject: 'a', role: 'admin' });
    expect(await codeOf(verifierOf({ developmentIssuer: {} }).verifier.verify(passing))).toBe('accepted');
    expect(await codeOf(restarted.verify(passing))).toBe('invalid-token');
  });

  it.each<[string, JWTPayload, string]>([
    ['expired', { ...GOOD, exp: nowInSeconds() - 1 }, 'token-expired'],
    ['not valid yet', { ...GOOD, nbf: nowInSeconds() + 60 }, 'invalid-token'],
    ['of another audience', { ...GOOD, aud: 'somebody' }, 'invalid-token'],
    ['of another issuer', { ...GOOD, iss: 'somebody' }, 'invalid-token'],
    ['of nobody', { ...GOOD, sub: undefined }, 'invalid-token'],
    ['of somebody unspeakable', { ...GOOD, sub: 'a\nb' }, 'invalid-token'],
    ['that never expires', { ...GOOD, exp: undefined }, 'invalid-token'],
    ['of a patient that is not named', { ...GOOD, role: 'patient' }, 'invalid-token'],
    ['of a patient that is none', { ...GOOD, role: 'patient', patient_id: '1 or 1=1' }, 'invalid-token'],
    ['without a role', { ...GOOD, role: undefined }, 'no-role'],
    ['of the application itself', { ...GOOD, role: 'system' }, 'no-role'],
    ['with a role of somebody else', { ...GOOD, roles: ['editor'], role: 'admin' }, 'no-role'],
    ['that is well', GOOD, 'accepted'],
    ['with several roles', { ...GOOD, role: undefined, roles: ['x', 'patient', 'admin'] }, 'accepted'],
  ])('%s', async (_, claims, code) => {
    expect(await codeOf(verifier.verify(await signed(claims)))).toBe(code);
  });

  it('are refused with another secret, another algorithm, or none', async () => {
    const another = await signed(GOOD, { secret: `another ${SECRET}` });
    expect(await codeOf(verifier.verify(another))).toBe('invalid-token');
    const algorithm = await signed(GOOD, { alg: 'HS512', secret: SECRET.repeat(2) });
    expect(await codeOf(verifier.verify(algorithm))).toBe('invalid-token');
    const none = new UnsecuredJWT({ ...GOOD, exp: nowInSeconds() + 60 }).encode();
    expect(await codeOf(verifier.verify(none))).toBe('invalid-token');
    const [header, payload] = (await signed(GOOD)).split('.') as [string, string];
    expect(await codeOf(verifier.verify(`${header}.${payload}.`))).toBe('invalid-token');
  });

  it('are remembered, but not for a second longer than they are valid', async () => {
    jest.useFakeTimers({ now: Date.now() });
    try {
      const token = await signed({ ...GOOD, exp: nowInSeconds() + 10 });
      const actor = await verifier.verify(token);
      jest.setSystemTime((nowInSeconds() + 9) * 1000);
      expect(verifier.verify(token)).toBe(actor);
      jest.setSystemTime((nowInSeconds() + 1) * 1000);
      expect(await codeOf(verifier.verify(token))).toBe('token-expired');
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('the development issuer', () => {
  const { NODE_ENV } = process.env;
  afterEach(() => {
    process.env.NODE_ENV = NODE_ENV;
  });

  it('cannot exist in production', () => {
    process.env.NODE_ENV = 'production';
    expect(() => new DevelopmentIssuer({ developmentIssuer: {} })).toThrow(/NODE_ENV is production/);
    expect(() => new DevelopmentIssuer({ oidc: { issuer: 'i', audience: 'a', jwksUrl: 'http://x' } })).not.toThrow();
  });

  it('takes no secret that can be guessed', () => {
    expect(() => new DevelopmentIssuer({ developmentIssuer: { secret: 'short' } })).toThrow('at least 32 characters');
  });

  it('is needed where there is no other', () => {
    expect(() => verifierOf({})).toThrow('No token issuer is configured');
  });
});

describe('tokens of an OpenID Connect issuer', () => {
  let server: Server;
  let keys: { keys: object[] };
  let jwksUrl: string;
  let issue: (claims: JWTPayload) => Promise<string>;
  let asked = 0;

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
    server = createServer((_, response) => {
      asked++;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(keys));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    issue = (claims) =>
      new SignJWT({ exp: nowInSeconds() + 60, iss: 'https://issuer', aud: 'anamnesis', sub: 'dr-who', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .sign(privateKey);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const oidc = () => ({ issuer: 'https://issuer', audience: 'anamnesis', jwksUrl });

  it('are verified with keys that are fetched with the first of them', async () => {
    asked = 0;
    const { verifier } = verifierOf({ oidc: oidc() });
    expect(asked).toBe(0);
    const token = await issue({ roles: ['practitioner'] });
    expect(await verifier.verify(token)).toEqual({ id: 'dr-who', role: 'practitioner' });
    expect(await codeOf(verifier.verify(await issue({ role: 'admin' })))).toBe('accepted');
    expect(asked).toBe(1);
  });

  it('are accepted beside those of the development issuer, where there is one', async () => {
    const { verifier } = verifierOf({ oidc: oidc(), developmentIssuer: { secret: SECRET } });
    expect(await codeOf(verifier.verify(await signed(GOOD)))).toBe('accepted');
    expect(await codeOf(verifier.verify(await issue({ role: 'admin' })))).toBe('accepted');
    expect(await codeOf(verifier.verify(await issue({ role: 'admin', iss: DEVELOPMENT_ISSUER })))).toBe(
      'invalid-token',
    );
  });

  it('are not accepted in the name of the development issuer, nor signed with a public key', async () => {
    const { verifier } = verifierOf({ oidc: oidc() });
    expect(await codeOf(verifier.verify(await signed(GOOD)))).toBe('invalid-token');
    const confused = await signed(
      { iss: 'https://issuer', aud: 'anamnesis', sub: 'a', role: 'admin' },
      { secret: JSON.stringify(keys.keys[0]) },
    );
    expect(await codeOf(verifier.verify(confused))).toBe('invalid-token');
    expect(await codeOf(verifier.verify(await issue({ role: 'admin', aud: 'x' })))).toBe('invalid-token');
  });

  it('cannot be judged while the keys cannot be had', async () => {
    const { verifier } = verifierOf({ oidc: { ...oidc(), jwksUrl: 'http://127.0.0.1:9/jwks' } });
    expect(await codeOf(verifier.verify(await issue({ role: 'admin' })))).toBe('token-issuer-unavailable');
  });
});
