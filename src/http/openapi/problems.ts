import type { ResponseObject, SchemaObject } from '@nestjs/swagger';

/** Codes that operations can answer, by status. `open` ones can have others beside them. */
export interface ProblemCodes {
  readonly status: number;
  readonly description: string;
  readonly codes: readonly string[];
  readonly open?: true;
}

const RETRY_AFTER: ResponseObject['headers'] = {
  'Retry-After': { description: 'Seconds after which asking again makes sense.', schema: { type: 'string' } },
};

export const PROBLEM_SCHEMA: SchemaObject = {
  type: 'object',
  description: 'What went wrong (RFC 9457). Programs go by `code`, people by `detail`.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', description: 'Identifies the kind of problem.', example: '/problems/validation-failed' },
    title: { type: 'string', description: 'The kind of problem in words.', example: 'Validation failed' },
    status: { type: 'integer', description: 'The HTTP status.', example: 400 },
    code: { type: 'string', description: 'Stable, for programs.', example: 'validation-failed' },
    detail: { type: 'string', description: 'A sentence for people.', example: 'The body is not valid.' },
    errors: {
      type: 'array',
      description: 'Each fault of the request, and where it is.',
      items: {
        type: 'object',
        required: ['detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body.', example: '/name/family' },
          parameter: { type: 'string', description: 'Name of a query parameter.' },
          header: { type: 'string', description: 'Name of a header.' },
          detail: { type: 'string', example: 'family must be text of 1 to 200 characters' },
        },
      },
    },
  },
};

const REF = { $ref: '#/components/schemas/Problem' };

export function problemResponse({ status, description, codes, open }: ProblemCodes): ResponseObject {
  const code: SchemaObject = open ? { type: 'string', examples: [...codes] } : { type: 'string', enum: [...codes] };
  return {
    description: `${description} Codes: ${codes.map((each) => `\`${each}\``).join(', ')}.`,
    ...(status === 503 && { headers: RETRY_AFTER }),
    content: { 'application/problem+json': { schema: { allOf: [REF, { type: 'object', properties: { code } }] } } },
  };
}
