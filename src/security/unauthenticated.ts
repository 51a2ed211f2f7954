import { UnauthorizedException } from '@nestjs/common';

/** 401 with a stable code. */
export const unauthenticated = (code: string, message: string) => new UnauthorizedException({ code, message });
