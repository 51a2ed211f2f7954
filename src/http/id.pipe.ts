import { Injectable, type PipeTransform } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { DomainError } from '../event-sourcing/errors.js';

/** `@Param('id', IdPipe)`: a UUID, in lower case as streams are named; anything else is a 400 `invalid-id`. */
@Injectable()
export class IdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value !== 'string' || !isUuid(value)) {
      throw new DomainError('invalid', 'invalid-id', 'The id in the path is not a UUID.');
    }
    return value.toLowerCase();
  }
}
