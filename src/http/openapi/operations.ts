import { type OperationObject, getSchemaPath, type ResponseObject, type SchemaObject } from '@nestjs/swagger';
import type { Type } from '@nestjs/common';
import type { CommandRouteOptions, QueryRouteOptions, RouteConventions } from '../routes.js';
import { type ProblemCodes, problemResponse } from './problems.js';

export interface OperationFacts {
  readonly path: string;
  readonly conventions?: RouteConventions;
  readonly roles?: readonly string[];
  readonly open: boolean;
}

const ref = (model: Type): { $ref: string } => ({ $ref: getSchemaPath(model) });
const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string', example } as const,
});
const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` });

const ETAG = header('The version of the resource, for `If-Match`.', '"3"');
const TOKEN = header('Send it with a query, which then knows of this change.', '1042');

/** Of every request with a body. */
const BODY_PROBLEMS: readonly ProblemCodes[] = [
  { status: 413, description: 'The body is too large.', codes: ['body-too-large'] },
  { status: 415, description: 'The body is not application/json.', codes: ['unsupported-media-type'] },
];

/** Completes an operation by what its route says of itself: parameters, answers and every problem. */
export function complete(operation: OperationObject, { path, conventions, roles, open }: OperationFacts): void {
  const problems: ProblemCodes[] = [];
  if (open) operation.security = [];
  if (roles) {
    operation.description = [operation.description, `For: ${roles.join(', ')}.`].filter(Boolean).join('\n\n');
    problems.push(
      {
        status: 401,
        description: 'There is no good bearer token.',
        codes: ['unauthenticated', 'invalid-token', 'token-expired'],
      },
      {
        status: 403,
        description: 'The token does not allow it.',
        codes: ['role-not-allowed', 'not-your-record', 'no-role', 'forbidden'],
        open: true,
      },
    );
  }
  if (conventions?.kind === 'command') describeCommand(operation, conventions, path, problems);
  else if (conventions) describeQuery(operation, conventions, path, problems);
  else if (operation.requestBody) problems.push(badRequest([]), ...BODY_PROBLEMS);

  for (const problem of problems) operation.responses[problem.status] ??= problemResponse(problem);
  operation.responses = Object.fromEntries(
    Object.entries(operation.responses).sort(([a], [b]) => Number(a) - Number(b)),
  );
}

const badRequest = (invalids: readonly string[]): ProblemCodes => ({
  status: 400,
  description: 'The request is not valid.',
  codes: ['validation-failed', 'malformed-json', 'invalid-id', 'invalid-header', 'invalid-text', ...invalids],
  open: true,
});

const notFoundIn = (path: string, { notFound }: { notFound?: true }): ProblemCodes[] =>
  notFound || path.includes('{')
    ? [{ status: 404, description: 'There is no such thing.', codes: ['…-not-found'], open: true }]
    : [];

const unavailable = (...codes: string[]): ProblemCodes => ({
  status: 503,
  description: 'Not just now: ask again.',
  codes: [...codes, 'database-unavailable', 'busy', 'unavailable', 'token-issuer-unavailable'],
  open: true,
});

function describeCommand(
  operation: OperationObject,
  route: CommandRouteOptions,
  path: string,
  problems: ProblemCodes[],
): void {
  const takesIfMatch = route.ifMatch ?? (!route.creates && path.includes('{id}') ? 'optional' : undefined);
  operation.parameters = [
    ...(operation.parameters ?? []),
    parameter('Idempotency-Key'),
    ...(takesIfMatch ? [parameter(takesIfMatch === 'required' ? 'If-Match-required' : 'If-Match')] : []),
    ...(route.represents ? [parameter('Prefer')] : []),
    parameter('X-Purpose-Of-Use'),
    parameter('X-On-Behalf-Of'),
  ];
  if (route.examples && operation.requestBody && 'content' in operation.requestBody) {
    const examples = Object.entries(route.examples).map(([name, value]) => [name, { summary: name, value }] as const);
    for (const media of Object.values(operation.requestBody.content)) media.examples = Object.fromEntries(examples);
  }
  // What the Swagger plugin takes from the method's return type knows nothing of the conventions.
  operation.responses = Object.fromEntries(
    Object.entries(operation.responses).filter(([status]) => Number(status) >= 400),
  );
  operation.responses[route.creates ? 201 : 200] = commandAnswer(route);
  problems.push(
    badRequest(route.invalids ?? []),
    ...notFoundIn(path, route),
    {
      status: 409,
      description: 'The current state forbids it.',
      codes: [...(route.refusals ?? []), 'concurrent-change', 'idempotency-key-in-flight'],
    },
    ...BODY_PROBLEMS,
    {
      status: 422,
      description: 'The Idempotency-Key was used for another request.',
      codes: ['idempotency-key-reused'],
      open: true,
    },
    unavailable(),
  );
  if (takesIfMatch) {
    problems.push({
      status: 412,
      description: 'It is no longer at the version of If-Match; `currentVersion` says where it is.',
      codes: ['version-mismatch'],
    });
  }
  if (takesIfMatch === 'required') {
    problems.push({ status: 428, description: 'If-Match is missing.', codes: ['if-match-required'] });
  }
}

function commandAnswer({ creates, represents, answers, representation }: CommandRouteOptions): ResponseObject {
  const answer = { $ref: '#/components/schemas/CommandAnswer' };
  const own: SchemaObject | { $ref: string } = answers ? { allOf: [answer, ref(answers)] } : answer;
  const schema = representation ? { anyOf: [own, ref(representation)] } : own;
  return {
    description: creates ? 'Created.' : 'Done.',
    headers: {
      ...(creates && {
        Location: header('Where it is.', creates.replace(':id', '018f0000-0000-7000-8000-000000000001')),
      }),
      ETag: ETAG,
      'Consistency-Token': TOKEN,
      ...(represents && { 'Preference-Applied': header('The body is the resource.', 'return=representation') }),
    },
    content: { 'application/json': { schema } },
  };
}

function describeQuery(
  operation: OperationObject,
  route: QueryRouteOptions,
  path: string,
  problems: ProblemCodes[],
): void {
  operation.parameters = [
    ...(operation.parameters ?? []),
    ...(route.consistent ? [parameter('Consistency-Token')] : []),
    parameter('X-Purpose-Of-Use'),
    parameter('X-On-Behalf-Of'),
  ];
  if (route.answers) {
    operation.responses[200] = {
      description: 'Found.',
      content: { 'application/json': { schema: ref(route.answers) } },
    };
  }
  problems.push(
    badRequest(route.invalids ?? []),
    ...notFoundIn(path, route),
    unavailable(...(route.consistent ? ['read-model-behind', 'set-aside'] : [])),
  );
}
