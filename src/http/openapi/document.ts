import type { INestApplicationContext, Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  DocumentBuilder,
  type OpenAPIObject,
  type OperationObject,
  type ReferenceObject,
  type SchemaObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { ALLOWED_ROLES, PUBLIC_ROUTE } from '../../security/allow.js';
import { ROUTE_CONVENTIONS, type RouteConventions } from '../routes.js';
import { COMMAND_ANSWER, PARAMETERS } from './components.js';
import { complete, type OperationFacts } from './operations.js';
import { PROBLEM_SCHEMA } from './problems.js';

const DESCRIPTION = `
Patients, records and appointments, remembered event by event.

Get a token from \`POST /dev/token\`, put its \`access_token\` into *Authorize*, and try anything. Every command answers a
\`Consistency-Token\`: send it with a query, and the query knows of the change. Errors are problems (RFC 9457) with a stable \`code\`.
`.trim();

/** The OpenAPI 3.1 document of an application, which need not be running. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Anamnesis')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .addServer('/');
  const document = SwaggerModule.createDocument(app, builder.build(), { operationIdFactory: operationIdOf });
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA, CommandAnswer: COMMAND_ANSWER },
    parameters: { ...document.components?.parameters, ...PARAMETERS },
  };
  const facts = new Map(factsOf(app));
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of ['get', 'put', 'post', 'delete', 'patch'] as const) {
      const operation: OperationObject | undefined = item[method];
      const known = operation && facts.get(operation.operationId ?? '');
      if (operation && known) complete(operation, { ...known, path });
    }
  }
  leaveOutWhatHasADefault(document);
  return document;
}

/** A property with a default need not be sent: the Swagger plugin goes by the `?` of its declaration only. */
function leaveOutWhatHasADefault({ components, paths }: OpenAPIObject): void {
  const hasDefault = (schema: SchemaObject | ReferenceObject | undefined) => schema && 'default' in schema;
  for (const schema of Object.values(components?.schemas ?? {})) {
    if (!('properties' in schema) || !schema.required) continue;
    const required = schema.required.filter((name) => !hasDefault(schema.properties?.[name]));
    if (required.length > 0) schema.required = required;
    else delete schema.required;
  }
  for (const item of Object.values(paths)) {
    for (const parameter of item.get?.parameters ?? []) {
      if ('schema' in parameter && hasDefault(parameter.schema)) parameter.required = false;
    }
  }
}

/** `patientsRegister` for `PatientsController.register`. */
const operationIdOf = (controller: string, method: string): string => {
  const name = controller.replace(/Controller$/, '');
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}${method.charAt(0).toUpperCase()}${method.slice(1)}`;
};

type Handler = (...args: never[]) => unknown;

/** What each route says of itself, by its operation id. */
function* factsOf(app: INestApplicationContext): Generator<[string, Omit<OperationFacts, 'path'>]> {
  const scanner = new MetadataScanner();
  for (const { controllers } of app.get(ModulesContainer).values()) {
    for (const { metatype } of controllers.values()) {
      const controller = metatype as Type;
      const prototype = controller.prototype as Record<string, Handler>;
      for (const name of scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name]!;
        if (!Reflect.hasMetadata(METHOD_METADATA, handler)) continue;
        const said = <T>(key: string) =>
          (Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller)) as T | undefined;
        yield [
          operationIdOf(controller.name, name),
          {
            conventions: said<RouteConventions>(ROUTE_CONVENTIONS),
            roles: said<readonly string[]>(ALLOWED_ROLES),
            open: said<boolean>(PUBLIC_ROUTE) ?? false,
          },
        ];
      }
    }
  }
}
