import type { DomainError } from '../../event-sourcing/index.js';
import { effectiveInstant, mustHaveHappened, mustNotEndBefore } from './effective-time.js';

const now = '2026-03-01T12:00:00.000Z';
const outcome = (rule: () => unknown) => {
  try {
    return rule() ?? 'accepted';
  } catch (error) {
    return (error as DomainError).code;
  }
};
const happened = (when: string) => outcome(() => mustHaveHappened(when, now, '/onset'));
const ended = (start: string, end: string) => outcome(() => mustNotEndBefore(start, end, '/end'));

describe('when something was true', () => {
  it('is kept in UTC with milliseconds', () =>
    expect(happened('2011-04-19T09:21:52+02:00')).toBe('2011-04-19T07:21:52.000Z'));

  it('may be a mere date', () => expect(happened('2011-04-19')).toBe('2011-04-19'));

  it('may lie five minutes ahead, for clocks differ, and no more', () => {
    expect(happened('2026-03-01T12:05:00.000Z')).toBe('2026-03-01T12:05:00.000Z');
    expect(happened('2026-03-01T12:05:00.001Z')).toBe('effective-in-future');
  });

  it('may be the date that it already is somewhere on earth', () => {
    expect(happened('2026-03-02')).toBe('2026-03-02');
    expect(happened('2026-03-03')).toBe('effective-in-future');
  });

  it('is a time of a living person', () => {
    expect(happened('yesterday')).toBe('invalid-time');
    expect(happened('1066-10-14')).toBe('invalid-time');
  });

  it('is sorted by midnight when only the date is known, but never by a moment to come', () => {
    expect(effectiveInstant('2026-02-28', now)).toBe('2026-02-28T00:00:00.000Z');
    expect(effectiveInstant('2026-03-02', now)).toBe(now);
    expect(effectiveInstant('2026-02-28T08:00:00.000Z', now)).toBe('2026-02-28T08:00:00.000Z');
  });
});

describe('an end', () => {
  it('is not before the start', () => {
    expect(ended('2020-01-01T10:00:00.000Z', '2020-01-01T10:00:00.000Z')).toBe('accepted');
    expect(ended('2020-01-01T10:00:00.000Z', '2020-01-01T09:59:59.999Z')).toBe('ends-before-start');
    expect(ended('2020-01-03', '2019-12-30')).toBe('ends-before-start');
  });

  it('may be on the day of the start, at a time and in a zone that nobody wrote down', () => {
    expect(ended('2020-01-02T03:00:00.000Z', '2020-01-01')).toBe('accepted');
    expect(ended('2020-01-02T03:00:00.000Z', '2019-12-31')).toBe('ends-before-start');
  });
});
