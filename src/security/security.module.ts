import { Module } from '@nestjs/common';

/** Bearer tokens, roles, and the embedded issuer. Needs `SecurityOptions` from a global module. */
@Module({})
export class SecurityModule {}
