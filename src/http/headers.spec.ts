import fc from 'fast-check';
import {
  consistencyToken,
  correlationId,
  ifMatchVersion,
  NO_VERSION,
  prefersRepresentation,
  requestHash,
} from './headers.js';

const INVALID = expect.objectContaining({ kind: 'invalid', code: 'invalid-header' }) as Error;

describe('If-Match', () => {
  it('is a version, strong or weakened by a proxy', () => {
    expect(ifMatchVersion('"7"')).toBe(7);
    expect(ifMatchVersion(' W/"7" ')).toBe(7);
    expect(ifMatchVersion('"0"')).toBe(0);
  });
  it('is any version, or none', () => {
    expect(ifMatchVersion('*')).toBe('*');
    expect(ifMatchVersion(undefined)).toBeUndefined();
  });
  it('is a version that never matches when it is a tag of somebody else', () => {
    expect(ifMatchVersion('"abc"')).toBe(NO_VERSION);
    expect(ifMatchVersion('"99999999999999999999"')).toBe(NO_VERSION);
  });
  it.each(['', '7', '"7', '7"', '""', '"7","8"', '"7" ', 'w/7', '**', '"7"x'])('is refused as %j', (header) => {
    if (header === '"7" ') expect(ifMatchVersion(header)).toBe(7);
    else expect(() => ifMatchVersion(header)).toThrow(INVALID);
  });
});

describe('Consistency-Token', () => {
  it('is a position', () => {
    expect(consistencyToken('0')).toBe(0);
    expect(consistencyToken(String(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER);
    expect(consistencyToken(undefined)).toBeUndefined();
  });
  it.each(['', '-1', '1.0', '1e3', ' 1', 'x', String(2 ** 53), '9'.repeat(400)])('is refused as %j', (token) => {
    expect(() => consistencyToken(token)).toThrow(INVALID);
  });
});

describe('X-Correlation-Id', () => {
  it("is the caller's when it is a UUID, and a new one otherwise", () => {
    const id = '018F0000-0000-7000-8000-00000000ABCD';
    expect(correlationId({ 'x-correlation-id': id })).toBe(id.toLowerCase());
    for (const other of ['x', '', `${id}\n`]) expect(correlationId({ 'x-correlation-id': other })).not.toBe(other);
  });
});

describe('Prefer', () => {
  it('asks for the resource among other preferences', () => {
    for (const header of ['return=representation', 'RETURN = "representation"', 'wait=5, return=representation; x=1']) {
      expect(prefersRepresentation(header)).toBe(true);
    }
    for (const header of [undefined, '', 'return=minimal', 'noreturn=representation', 'return=representations']) {
      expect(prefersRepresentation(header)).toBe(false);
    }
  });
});

describe('the hash of a request', () => {
  it('is the same for the same JSON in another order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const reversed = Object.fromEntries(Object.entries(body).reverse());
        expect(requestHash('POST', '/x', reversed)).toBe(requestHash('POST', '/x', body));
      }),
    );
  });
  it('is another for other JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        fc.pre(same || !equal(one, other));
        expect(requestHash('POST', '/x', one) === requestHash('POST', '/x', other)).toBe(same);
      }),
    );
  });
  it('is another for another method or address', () => {
    expect(new Set(['POST /a', 'PUT /a', 'POST /b'].map((line) => requestHash(...pair(line), {}))).size).toBe(3);
  });
});

const pair = (line: string) => line.split(' ') as [string, string];
const equal = (one: unknown, other: unknown) => {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
};
