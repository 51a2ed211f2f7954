import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ConventionsInterceptor } from './conventions.interceptor.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { RequestValidation } from './validation.pipe.js';

/** The conventions of the API: validation, interceptor and problems. Needs the `QueryBus` of the engine's global module. */
@Module({
  providers: [
    { provide: APP_PIPE, useClass: RequestValidation },
    { provide: APP_INTERCEPTOR, useClass: ConventionsInterceptor },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
export class HttpModule {}
