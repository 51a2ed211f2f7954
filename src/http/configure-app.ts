import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { openApiDocument } from './openapi/document.js';

export interface HttpOptions {
  /** Origins of browsers that may call the API; none unless told. */
  readonly corsOrigins?: 'any' | readonly string[];
}

/** What a browser may read of an answer beside its body. */
const EXPOSED_HEADERS = [
  'ETag',
  'Location',
  'Consistency-Token',
  'Preference-Applied',
  'Retry-After',
  'X-Correlation-Id',
];

/** What the application says of itself before it is started: enough for its OpenAPI document. */
export function addressRoutes(app: NestFastifyApplication): void {
  app.setGlobalPrefix('v1', { exclude: ['health', 'health/{*path}', 'dev', 'dev/{*path}'] });
}

/** Everything about HTTP that is not a module's: addresses, headers, Swagger UI. Used by main and by tests, before `listen`. */
export function configureApp(
  app: NestFastifyApplication,
  { corsOrigins = [] }: HttpOptions = {},
): NestFastifyApplication {
  addressRoutes(app);
  if (corsOrigins.length > 0) {
    app.enableCors({
      origin: corsOrigins === 'any' ? true : [...corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      exposedHeaders: EXPOSED_HEADERS,
    });
  }
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: "'self'",
        baseUri: "'none'",
        frameAncestors: "'none'",
        // Swagger UI brings inline styles and pictures as data. No `upgrade-insecure-requests`: it would break plain HTTP.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
      },
    },
    xFrameOptions: { action: 'deny' },
  });
  // Built when somebody first asks for it.
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    customSiteTitle: 'Anamnesis API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
  });
  return app;
}
