import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { buildMessage, IsArray, ValidateBy, type ValidationOptions } from 'class-validator';
import { validate as isUuid } from 'uuid';
import { isCalendarDate, isInstant, toInstant } from './instants.js';

/** Applies `change` to a string, or to each string of an array; leaves what is wrong to the validator. */
const Normalised = (change: (text: string) => string) =>
  Transform(({ value }: { value: unknown }) => {
    const one = (part: unknown) => (typeof part === 'string' ? change(part) : part);
    return Array.isArray(value) ? value.map(one) : one(value);
  });

/** With `each`, the value must be an array: class-validator itself would take a single one for it. */
const check = (name: string, message: string, holds: (value: unknown) => boolean, options?: ValidationOptions) => {
  const defaultMessage = buildMessage((each) => `${each}${message}`, options);
  const rule = ValidateBy({ name, validator: { validate: holds, defaultMessage } }, options);
  return options?.each ? applyDecorators(IsArray(), rule) : rule;
};

/** Schema of the property, or of the items of an array property. */
const documented = (
  schema: { format?: string; pattern?: string; minLength?: number; maxLength?: number },
  options?: ValidationOptions,
) =>
  options?.each
    ? ApiProperty({ type: 'array', items: { type: 'string', ...schema } })
    : ApiProperty({ type: 'string', ...schema });

/** An RFC 3339 date-time with an offset, turned into UTC with milliseconds. */
export const IsInstant = (options?: ValidationOptions): PropertyDecorator =>
  applyDecorators(
    Normalised((text) => (isInstant(text) ? toInstant(text) : text)),
    check(
      'isInstant',
      '$property must be an RFC 3339 date-time with an offset',
      (value) => typeof value === 'string' && isInstant(value),
      options,
    ),
    documented({ format: 'date-time' }, options),
  );

/** How far a calendar date may lie from today. */
export interface CalendarDateRange extends ValidationOptions {
  /** Earliest date, 1875-01-01 unless told: before the birth of anybody alive. */
  readonly from?: string;
  /** Days after today, 1 unless told: where it is tomorrow already. `Infinity` for no end. */
  readonly daysAhead?: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** A real date `YYYY-MM-DD`, from 1875 to tomorrow unless told otherwise. */
export const IsCalendarDate = ({
  from = '1875-01-01',
  daysAhead = 1,
  ...options
}: CalendarDateRange = {}): PropertyDecorator =>
  applyDecorators(
    check(
      'isCalendarDate',
      `$property must be a date of the calendar, YYYY-MM-DD, from ${from}${daysAhead === Infinity ? '' : ` to ${daysAhead} days ahead`}`,
      (value) =>
        typeof value === 'string' &&
        isCalendarDate(value) &&
        value >= from &&
        (daysAhead === Infinity || value <= new Date(Date.now() + daysAhead * DAY).toISOString().slice(0, 10)),
      options,
    ),
    documented({ format: 'date' }, options),
  );

const knownZones = new Map<string, boolean>();

/** Remembered, because asking the runtime costs tens of microseconds; bounded by the number of zones there are. */
export function isTimeZone(name: string): boolean {
  const known = knownZones.get(name);
  if (known !== undefined) return known;
  let holds = /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name);
  try {
    if (holds) new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    holds = false;
  }
  if (holds) knownZones.set(name, true);
  return holds;
}

/** A zone of the IANA database such as `Europe/London`. */
export const IsTimeZone = (options?: ValidationOptions): PropertyDecorator =>
  applyDecorators(
    check(
      'isTimeZone',
      '$property must be an IANA time zone such as Europe/London',
      (value) => typeof value === 'string' && isTimeZone(value),
      options,
    ),
    documented({ maxLength: 64 }, options),
  );

// What people write: no control characters (line breaks and tabs excepted) and no half of a surrogate pair.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** Text of 1 to `max` characters after its ends are trimmed, without control characters. */
export const IsPlainText = (max: number, options?: ValidationOptions): PropertyDecorator =>
  applyDecorators(
    Normalised((text) => text.trim()),
    check(
      'isPlainText',
      `$property must be text of 1 to ${max} characters, without control characters`,
      (value) =>
        typeof value === 'string' &&
        value.length > 0 &&
        value.length <= max &&
        value.isWellFormed() &&
        !CONTROL.test(value),
      options,
    ),
    documented({ minLength: 1, maxLength: max }, options),
  );

/** A UUID, turned into lower case as streams are named. */
export const IsId = (options?: ValidationOptions): PropertyDecorator =>
  applyDecorators(
    Normalised((text) => text.toLowerCase()),
    check('isId', '$property must be a UUID', (value) => typeof value === 'string' && isUuid(value), options),
    documented({ format: 'uuid' }, options),
  );
