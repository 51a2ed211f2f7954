import { isDeepStrictEqual } from 'node:util';
import { type Instant, invalid } from '../../event-sourcing/index.js';
import type { Address, ContactPoint, Demographics, HumanName } from '../events/demographics.js';

/** Before the birth of anybody who was alive in living memory: the oldest person on record was born on 1875-02-21. */
const EARLIEST_BIRTH_DATE = '1875-01-01';
const CALENDAR_DATE = /^\d{4}-\d{2}-\d{2}$/;
/** The zone furthest ahead of UTC. A calendar date begins there first. */
const FURTHEST_AHEAD_MS = 14 * 60 * 60 * 1000;

/**
 * Demographics in one spelling, so that writing the same again is told from a change: ends trimmed, runs of blanks made one,
 * Unicode composed (NFC), nothing empty. A birth date is a whole date: FHIR's partial ones would match no search and bound no death.
 *
 * @throws DomainError `birth-date-invalid`, `birth-date-too-early`, `birth-date-in-future`
 */
export function demographicsOf(given: Demographics, now: Instant): Demographics {
  mustBeBirthDate(given.birthDate, now);
  const address = given.address && addressOf(given.address);
  return {
    name: nameOf(given.name),
    birthDate: given.birthDate,
    gender: given.gender,
    telecom: distinct(given.telecom.map(contactPointOf)),
    ...(address && { address }),
  };
}

export const sameDemographics = (a: Demographics, b: Demographics): boolean => isDeepStrictEqual(a, b);

/** The first moment at which it is that calendar date anywhere on earth. */
export const beginningOf = (date: string): Instant => new Date(Date.parse(date) - FURTHEST_AHEAD_MS).toISOString();

function mustBeBirthDate(birthDate: string, now: Instant): void {
  if (!isCalendarDate(birthDate)) {
    throw invalid('birth-date-invalid', 'A birth date is a date of the calendar, YYYY-MM-DD.', '/birthDate');
  }
  if (birthDate < EARLIEST_BIRTH_DATE) {
    throw invalid('birth-date-too-early', `A birth date is not before ${EARLIEST_BIRTH_DATE}.`, '/birthDate');
  }
  if (beginningOf(birthDate) > now) {
    throw invalid('birth-date-in-future', 'A birth date is not in the future.', '/birthDate');
  }
}

const isCalendarDate = (text: string): boolean =>
  CALENDAR_DATE.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

/** Printable ASCII with single blanks inside: most texts, and nothing to tidy in them. */
const TIDY = /^[!-~]+(?: [!-~]+)*$/;

export const tidy = (text: string): string =>
  TIDY.test(text) ? text : text.normalize('NFC').trim().replace(/\s+/gu, ' ');

/** The field under its name, or nothing where there is nothing to say. */
const field = <K extends string>(name: K, value: string | null | undefined): { readonly [key in K]?: string } => {
  const text = tidy(value ?? '');
  return text === '' ? {} : ({ [name]: text } as { [key in K]: string });
};

const lines = (texts: readonly string[]): string[] => texts.map(tidy).filter((text) => text !== '');

const nameOf = ({ family, given, prefix, suffix }: HumanName): HumanName => ({
  family: tidy(family),
  given: lines(given),
  ...field('prefix', prefix),
  ...field('suffix', suffix),
});

const contactPointOf = ({ system, value, use }: ContactPoint): ContactPoint => ({
  system,
  value: tidy(value),
  ...(use && { use }),
});

function addressOf({ line, city, state, postalCode, country }: Address): Address | undefined {
  const address = {
    line: lines(line),
    ...field('city', city),
    ...field('state', state),
    ...field('postalCode', postalCode),
    ...field('country', country),
  };
  return address.line.length === 0 && Object.keys(address).length === 1 ? undefined : address;
}

const distinct = (telecom: readonly ContactPoint[]): ContactPoint[] =>
  telecom.filter((point, i) => telecom.findIndex((other) => sameContactPoint(other, point)) === i);

const sameContactPoint = (a: ContactPoint, b: ContactPoint): boolean =>
  a.system === b.system && a.value === b.value && a.use === b.use;
