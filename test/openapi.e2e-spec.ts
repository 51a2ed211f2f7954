import { existsSync, readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { OpenAPIObject, OperationObject, ResponseObject } from '@nestjs/swagger';

const DOCUMENT = 'dist/openapi.json';

const operations = ({ paths }: OpenAPIObject) =>
  Object.entries(paths).flatMap(([path, item]) =>
    (['get', 'put', 'post', 'delete', 'patch'] as const).flatMap((method) => {
      const operation: OperationObject | undefined = item[method];
      return operation ? [{ name: `${method.toUpperCase()} ${path}`, path, method, operation }] : [];
    }),
  );

/** The Swagger plugin runs in the build only: the document of the built application is what is tested. */
describe('the OpenAPI document', () => {
  if (!existsSync(DOCUMENT)) throw new Error(`${DOCUMENT} is missing: run "npm run build" first`);
  const document = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as OpenAPIObject;
  const all = operations(document);
  const api = all.filter(({ path }) => path.startsWith('/v1/'));

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...structuredClone(document) });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
    const components = document.components as Record<string, Record<string, unknown>>;
    expect(references.filter(([, kind, name]) => !components[kind!]?.[name!]).map(([reference]) => reference)).toEqual(
      [],
    );
  });

  it('names every operation once', () => {
    const ids = all.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of every operation what it does, and to what it belongs', () => {
    for (const { name, operation } of all) {
      expect([name, operation.summary]).toEqual([name, expect.stringMatching(/./)]);
      expect([name, operation.tags]).toEqual([name, [expect.stringMatching(/./)]]);
    }
  });

  it('asks for a token everywhere but where everybody may', () => {
    expect(document.security).toEqual([{ bearer: [] }]);
    const open = all.filter(({ operation }) => operation.security).map(({ name }) => name);
    expect(open).toEqual(['GET /health/live', 'GET /health/ready', 'POST /dev/token']);
    expect(all.flatMap(({ operation }) => operation.security ?? [])).toEqual([]);
  });

  it('gives every operation of the API its answer and its problems, with their codes', () => {
    for (const { name, path, method, operation } of api) {
      const expected = ['400', '401', '403', '503'];
      if (path.includes('{')) expected.push('404');
      if (method !== 'get') expected.push('409', '413', '415', '422');
      expect([name, Object.keys(operation.responses)]).toEqual([name, expect.arrayContaining(expected)]);
      for (const [status, response] of Object.entries(operation.responses)) {
        const types = Object.keys((response as { content?: object }).content ?? {});
        expect([name, status, types]).toEqual([
          name,
          status,
          [
            Number(status) < 300
              ? expect.stringMatching(/^(application\/json|text\/calendar)$/)
              : 'application/problem+json',
          ],
        ]);
      }
    }
  });

  it('describes the body of every good answer', () => {
    for (const { name, operation } of api) {
      const [, answer] = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))!;
      const schemas = Object.values((answer as ResponseObject).content ?? {}).map(({ schema }) =>
        Object.keys(schema ?? {}),
      );
      expect([name, schemas]).toEqual([name, [[expect.stringMatching(/^(\$ref|anyOf|allOf)$/)]]]);
    }
  });

  it('gives every command its headers', () => {
    for (const { name, method, operation } of api) {
      const headers = (operation.parameters ?? [])
        .map((parameter) => ('$ref' in parameter ? parameter.$ref.split('/').at(-1) : parameter.name))
        .filter(Boolean);
      if (method !== 'get') expect([name, headers]).toEqual([name, expect.arrayContaining(['Idempotency-Key'])]);
    }
  });

  it('gives every property of a request an example', () => {
    const schemas = document.components!.schemas as Record<
      string,
      { properties?: Record<string, Record<string, unknown>> }
    >;
    const requested = new Set<string>();
    const visit = (node: unknown) => {
      for (const [, name] of JSON.stringify(node).matchAll(/#\/components\/schemas\/([^"]+)"/g)) {
        if (requested.has(name!)) continue;
        requested.add(name!);
        visit(schemas[name!]);
      }
    };
    for (const { operation } of all) visit(operation.requestBody ?? {});
    const without = [...requested].flatMap((name) =>
      Object.entries(schemas[name]?.properties ?? {})
        .filter(([, property]) => !hasExample(property))
        .map(([property]) => `${name}.${property}`),
    );
    expect(without).toEqual([]);
  });
});

/** Its own, that of its items, or those of the schema that it refers to. */
const hasExample = (property: Record<string, unknown>): boolean =>
  ['example', 'examples', 'default', 'enum', '$ref', 'allOf', 'anyOf'].some((key) => key in property) ||
  (typeof property.items === 'object' && hasExample(property.items as Record<string, unknown>));
