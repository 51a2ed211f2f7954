import { Module } from '@nestjs/common';

/** The conventions of the API: interceptor and problem filter. Needs the `QueryBus` of the engine's global module. */
@Module({})
export class HttpModule {}
