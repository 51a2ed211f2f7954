import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export interface HttpOptions {
  /** Origins of browsers that may call the API; none unless told. */
  readonly corsOrigins?: readonly string[];
}

/** Everything about HTTP that is not a module's: prefix, validation, problems, headers, Swagger UI. Used by main and by tests. */
export async function configureApp(
  app: NestFastifyApplication,
  _options: HttpOptions = {},
): Promise<NestFastifyApplication> {
  app.setGlobalPrefix('v1', { exclude: ['health', 'health/{*path}', 'dev/{*path}'] });
  return app;
}
