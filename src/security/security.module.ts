import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { DevelopmentIssuer } from './development-issuer.js';
import { DevelopmentTokenController } from './development-token.controller.js';
import { GuardedRoutes } from './guarded-routes.js';
import { TokenVerifier } from './token-verifier.js';

/** Bearer tokens, roles, and the embedded issuer. Needs `SecurityOptions` from a global module. */
@Module({
  imports: [DiscoveryModule],
  controllers: process.env.NODE_ENV === 'production' ? [] : [DevelopmentTokenController],
  providers: [DevelopmentIssuer, TokenVerifier, GuardedRoutes, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class SecurityModule {}
