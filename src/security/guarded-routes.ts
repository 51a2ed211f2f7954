import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ALLOWED_ROLES, PUBLIC_ROUTE } from './allow.js';

/** Boot check: a route that says neither who may call it nor that everybody may is a mistake, not a secret. */
@Injectable()
export class GuardedRoutes implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error naming the routes. */
  onModuleInit(): void {
    const forgotten = this.discovery
      .getControllers()
      .flatMap(({ metatype }) =>
        typeof metatype === 'function' ? this.forgottenRoutes(metatype as Type<object>) : [],
      );
    if (forgotten.length > 0) {
      throw new Error(`These routes have neither @Allow nor @Public: ${forgotten.join(', ')}`);
    }
  }

  private forgottenRoutes(controller: Type<object>): string[] {
    const prototype = controller.prototype as Record<string, (...args: never[]) => unknown>;
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((name) => {
        const handler = prototype[name]!;
        if (!Reflect.hasMetadata(METHOD_METADATA, handler)) return false;
        return [ALLOWED_ROLES, PUBLIC_ROUTE].every(
          (key) => this.reflector.getAllAndOverride<unknown>(key, [handler, controller]) === undefined,
        );
      })
      .map((name) => `${controller.name}.${name}`);
  }
}
