import { type DynamicModule, Module } from '@nestjs/common';
import { SecurityOptions } from '../security/index.js';
import { Config } from './config.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';

/** The settings, for everybody who needs one, and what an operator asks of a running process. */
@Module({})
export class OperationsModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: OperationsModule,
      global: true,
      controllers: [HealthController],
      providers: [
        Readiness,
        { provide: Config, useValue: config },
        {
          provide: SecurityOptions,
          useValue: {
            ...(config.devTokens && { developmentIssuer: {} }),
            ...(config.oidc && { oidc: config.oidc }),
          } satisfies SecurityOptions,
        },
      ],
      exports: [Config, SecurityOptions],
    };
  }
}
