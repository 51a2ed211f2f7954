import { existsSync, readFileSync } from 'node:fs';

/** The part of JSON Schema that the OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: Schema; readonly examples?: Readonly<Record<string, { value: unknown }>> }>
    >;
  };
}

export interface ApiOperation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query: readonly Parameter[];
  readonly body?: Schema;
  /** A body as the document shows it. */
  readonly example?: unknown;
}

const DOCUMENT = 'dist/openapi.json';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The operations of the last build, with their schemas resolved. @throws Error when there is no build. */
export function apiOperations(): ApiOperation[] {
  if (!existsSync(DOCUMENT)) throw new Error(`${DOCUMENT} is missing: run "npm run build" first`);
  const { paths, components } = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as Document;

  const resolved = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').at(-1);
    const own = name === undefined ? schema : { ...components.schemas[name], ...schema };
    const whole = (own.allOf ?? []).map(resolved).reduce((all, part) => ({ ...all, ...part }), own);
    return {
      ...whole,
      ...(whole.items && { items: resolved(whole.items) }),
      ...(whole.properties && {
        properties: Object.fromEntries(Object.entries(whole.properties).map(([key, part]) => [key, resolved(part)])),
      }),
    };
  };

  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]) => {
      const media = requestBody?.content['application/json'];
      const body = media && resolved(media.schema);
      const [given] = Object.values(media?.examples ?? {});
      return {
        id: operationId,
        method: method.toUpperCase() as ApiOperation['method'],
        path,
        query: parameters.filter((parameter) => parameter.in === 'query'),
        ...(body && { body, example: given?.value ?? exampleOf(body) }),
      };
    }),
  );
}

/** As Swagger UI makes one: every property with its example, down to the leaves. */
export function exampleOf(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, part]) => [name, exampleOf(part)]));
  }
  if (schema.items) return [exampleOf(schema.items)];
  if (schema.enum) return schema.enum[0];
  return undefined;
}
