import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { isCalendarDate, isInstant, toInstant } from '../../http/instants.js';

const isDateOrInstant = (value: unknown) => typeof value === 'string' && (isCalendarDate(value) || isInstant(value));

/** A calendar date, or an RFC 3339 date-time with an offset, which is turned into UTC with milliseconds. */
export const IsDateOrInstant = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && isInstant(value) ? toInstant(value) : value,
    ),
    ValidateBy({
      name: 'isDateOrInstant',
      validator: {
        validate: isDateOrInstant,
        defaultMessage: () => '$property must be a date YYYY-MM-DD, or an RFC 3339 date-time with an offset',
      },
    }),
    ApiProperty({
      oneOf: [
        { type: 'string', format: 'date' },
        { type: 'string', format: 'date-time' },
      ],
    }),
  );
