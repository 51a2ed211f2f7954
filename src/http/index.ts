/** The conventions of the API: what controllers and the application's wiring use. */
export { ApiAdapter } from './api-adapter.js';
export { AsOfQuery } from './as-of.query.js';
export { addressRoutes, configureApp, type HttpOptions } from './configure-app.js';
export { decodeCursor, encodeCursor } from './cursors.js';
export { openApiDocument } from './openapi/document.js';
export { HttpModule } from './http.module.js';
export { IdPipe } from './id.pipe.js';
export { PageQuery } from './page.query.js';
export { invalidParameter } from './problem/invalid-parameter.js';
export { CommandRoute, QueryRoute, type CommandRouteOptions, type QueryRouteOptions } from './routes.js';
export { IsCalendarDate, IsId, IsInstant, IsPlainText, IsTimeZone } from './validators.js';
