import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { validate as isUuid } from 'uuid';
import { newId } from '../event-sourcing/ids.js';
import { invalidHeader } from './problem/invalid-parameter.js';

/** A version that no stream has: what a well-formed tag of somebody else's means here. */
export const NO_VERSION = -1;

export const etag = (version: number): string => `"${version}"`;

/** The caller's correlation id when it is a UUID, else a new one. */
export function correlationId(headers: IncomingHttpHeaders): string {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && isUuid(given) ? given.toLowerCase() : newId();
}

/**
 * Version that `If-Match` asks for; `*` asks for none in particular. A weak tag counts as its version: proxies that compress
 * weaken ours, and the version in it is still exact.
 * @throws DomainError `invalid-header`
 */
export function ifMatchVersion(header: string | undefined): number | '*' | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (value === '*') return '*';
  const tag = /^(?:W\/)?"([\x21\x23-\x7e]{1,64})"$/.exec(value)?.[1];
  if (tag === undefined) throw invalidHeader('If-Match', 'If-Match must be one entity tag such as "7", or *.');
  return /^\d{1,15}$/.test(tag) ? Number(tag) : NO_VERSION;
}

/** @throws DomainError `invalid-header` */
export function consistencyToken(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const token = typeof header === 'string' && /^\d{1,16}$/.test(header) ? Number(header) : NaN;
  if (!Number.isSafeInteger(token)) {
    throw invalidHeader('Consistency-Token', 'Consistency-Token must be the token of an earlier answer.');
  }
  return token;
}

const matching = (name: string, pattern: RegExp, rule: string) => (header: string | string[] | undefined) => {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && pattern.test(header)) return header;
  throw invalidHeader(name, `${name} must be ${rule}.`);
};

export const idempotencyKey = matching(
  'Idempotency-Key',
  /^[\x20-\x7e]{1,255}$/,
  '1 to 255 printable ASCII characters',
);
export const onBehalfOf = matching('X-On-Behalf-Of', /^[\x21-\x7e]{1,255}$/, 'the subject of a user');
/** HL7 v3 ActReason, the codes under PurposeOfUse. */
export const purposeOfUse = matching(
  'X-Purpose-Of-Use',
  /^[A-Z][A-Z0-9]{1,19}$/,
  'a code of HL7 PurposeOfUse such as TREAT',
);

/** RFC 7240, `return=representation`. */
export const prefersRepresentation = (header: string | string[] | undefined): boolean =>
  header !== undefined && /(?:^|,)\s*return\s*=\s*"?representation"?\s*(?:[;,]|$)/i.test(String(header));

/** The same for requests that ask for the same: the order of keys in the body does not matter. */
export const requestHash = (method: string, url: string, body: unknown): string =>
  createHash('sha256')
    .update(`${method} ${url}\n${canonical(body)}`)
    .digest('base64url');

/** The recursion is bounded: the body parser refuses deep nesting. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const fields = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`);
  return `{${fields.join(',')}}`;
}
