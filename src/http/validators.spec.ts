import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { IsOptional, validateSync } from 'class-validator';
import { IsCalendarDate, IsId, IsInstant, IsPlainText, IsTimeZone } from './validators.js';

class Example {
  @IsOptional()
  @IsInstant()
  instant?: unknown;

  @IsOptional()
  @IsCalendarDate()
  birthDate?: unknown;

  @IsOptional()
  @IsCalendarDate({ daysAhead: Infinity })
  validUntil?: unknown;

  @IsOptional()
  @IsTimeZone()
  zone?: unknown;

  @IsOptional()
  @IsPlainText(5)
  text?: unknown;

  @IsOptional()
  @IsPlainText(5, { each: true })
  texts?: unknown;

  @IsOptional()
  @IsId()
  id?: unknown;
}

const taken = (plain: object) => {
  const instance = plainToInstance(Example, plain);
  return validateSync(instance).length === 0 ? instance : undefined;
};

describe('shared validators', () => {
  it('take instants with their offset, as UTC', () => {
    expect(taken({ instant: '2026-03-01T10:00:00+01:00' })?.instant).toBe('2026-03-01T09:00:00.000Z');
    expect(taken({ instant: '2024-02-29T23:59Z' })?.instant).toBe('2024-02-29T23:59:00.000Z');
    for (const instant of [
      '2026-03-01T10:00:00',
      '2026-02-29T10:00:00Z',
      '2026-03-01',
      '2026-03-01T24:00:00Z',
      '2026-03-01T10:60:00Z',
      '2026-03-01T10:00:00+99:00',
      '0001-01-01T00:00:00Z',
      '+020260-03-01T10:00:00Z',
      '1',
      '',
      1772355600000,
      new Date(),
      {},
      ['2026-03-01T10:00:00Z'],
    ]) {
      expect([instant, taken({ instant })]).toEqual([instant, undefined]);
    }
  });

  it('take real dates from 1875 to tomorrow, or to the end of time', () => {
    const tomorrow = new Date(Date.now() + 24 * 3600 * 1000).toISOString().slice(0, 10);
    for (const birthDate of ['1980-02-29', '1875-01-01', tomorrow]) expect(taken({ birthDate })).toBeDefined();
    for (const birthDate of ['1981-02-29', '1874-12-31', '2999-01-01', '1980-2-9', '1980-00-10', '1980-13-01', '', 5]) {
      expect([birthDate, taken({ birthDate })]).toEqual([birthDate, undefined]);
    }
    expect(taken({ validUntil: '2999-01-01' })).toBeDefined();
  });

  it('take time zones of the IANA database', () => {
    for (const zone of ['Europe/London', 'UTC', 'America/Argentina/Buenos_Aires'])
      expect(taken({ zone })).toBeDefined();
    for (const zone of ['Europe/Nowhere', '+01:00', '', 'x'.repeat(100), '../etc/passwd', 5]) {
      expect([zone, taken({ zone })]).toEqual([zone, undefined]);
    }
  });

  it('take text without control characters, trimmed', () => {
    expect(taken({ text: '  Ünal ' })?.text).toBe('Ünal');
    expect(taken({ texts: [' a ', 'b'] })?.texts).toEqual(['a', 'b']);
    for (const text of ['', '   ', 'abcdef', 'a\0b', 'a\u001bb', '\ud800', 5, {}, ['a']]) {
      expect([text, taken({ text })]).toEqual([text, undefined]);
    }
    for (const texts of [['a', ''], ['a', 5], 'a']) {
      expect([texts, taken({ texts })]).toEqual([texts, undefined]);
    }
  });

  it('take UUIDs, in lower case', () => {
    expect(taken({ id: '018F0000-0000-7000-8000-00000000ABCD' })?.id).toBe('018f0000-0000-7000-8000-00000000abcd');
    for (const id of ['', '1', '018f0000-0000-7000-8000-00000000000g', 5, ['018f0000-0000-7000-8000-000000000001']]) {
      expect([id, taken({ id })]).toEqual([id, undefined]);
    }
  });
});
