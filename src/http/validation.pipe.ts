import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { DomainError } from '../event-sourcing/errors.js';
import { nestedErrors } from './nested.js';
import { type FieldError, fieldErrors, pointer } from './pointers.js';
import { readRequest, type RequestClass, UNDECIDED } from './request-reader.js';

class NotValid extends Error {
  constructor(readonly errors: readonly ValidationError[]) {
    super();
  }
}

/** Nest's ValidationPipe; what is wrong is answered by JSON pointers into the body, or by the names of query parameters. */
@Injectable()
export class RequestValidation extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => new NotValid(errors),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const request = this.toValidate(metadata) ? readRequest(metadata.metatype as RequestClass, value ?? {}) : UNDECIDED;
    return request === UNDECIDED ? this.judge(value, metadata) : Promise.resolve(request);
  }

  private async judge(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    let request: unknown;
    try {
      request = await super.transform(value, metadata);
    } catch (error) {
      throw error instanceof NotValid ? validationFailed(fieldErrors(error.errors), metadata.type) : error;
    }
    const errors = nestedErrors(request);
    if (errors.length > 0) throw validationFailed(errors, metadata.type);
    return request;
  }
}

function validationFailed(errors: readonly FieldError[], type: ArgumentMetadata['type']): DomainError {
  const where = type === 'body' ? 'body' : 'query string';
  return new DomainError('invalid', 'validation-failed', `The ${where} is not valid.`, {
    errors: errors.map(({ path, detail }) =>
      type === 'body' ? { pointer: pointer(path), detail } : { parameter: path.join('.'), detail },
    ),
  });
}
