import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer } from './client.js';

/** Written from the built application by `npm run build`. */
const DOCUMENT = 'dist/openapi.json';

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
}

interface OpenApiOperation {
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, unknown>> }>
  >;
}

interface Route {
  readonly path: string;
  readonly pattern: RegExp;
  readonly parameters: number;
}

class Contract {
  private readonly ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  private readonly routes: readonly Route[];
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(private readonly document: OpenApiDocument) {
    this.ajv.addSchema({ ...document, $id: 'openapi' });
    this.routes = Object.keys(document.paths)
      .map((path) => ({
        path,
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
        parameters: path.split('{').length,
      }))
      // A fixed path wins over one with a parameter in its place.
      .sort((a, b) => a.parameters - b.parameters);
  }

  /** What is wrong with an answer; nothing when it conforms, or when the path is none of the document's. */
  faults(method: string, url: string, { status, headers, body }: Answer): string[] {
    const pathname = new URL(url, 'http://localhost').pathname;
    const path = this.routes.find(({ pattern }) => pattern.test(pathname))?.path;
    const operation = path && this.document.paths[path]?.[method.toLowerCase()];
    if (!path || !operation) return [];

    const response = operation.responses[String(status)];
    if (!response) return [`status ${status} is not documented`];
    const pointer = ['paths', path, method.toLowerCase(), 'responses', String(status)];
    const { content } = response;
    if (!content) return body === '' ? [] : ['a body is not documented'];

    const mediaType = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (!(mediaType in content)) return [`content type ${mediaType} is not documented`];
    const validate = this.validator([...pointer, 'content', mediaType, 'schema']);
    return validate(body) ? [] : (validate.errors ?? []).map((error) => `body${error.instancePath} ${error.message}`);
  }

  private validator(pointer: readonly string[]): ValidateFunction {
    const reference = `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    const known = this.validators.get(reference) ?? this.ajv.compile({ $ref: reference });
    this.validators.set(reference, known);
    return known;
  }
}

let contract: Contract | undefined;

/** @throws Error when the answer is not one that the OpenAPI document describes. */
export function expectToConform(method: string, path: string, answer: Answer): void {
  if (!existsSync(DOCUMENT)) return;
  contract ??= new Contract(JSON.parse(readFileSync(DOCUMENT, 'utf8')) as OpenApiDocument);
  const faults = contract.faults(method, path, answer);
  if (faults.length > 0) {
    throw new Error(
      `${method} ${path} answered ${answer.status}, against the OpenAPI document:\n${faults.join('\n')}\n${JSON.stringify(answer.body, undefined, 2)}`,
    );
  }
}
