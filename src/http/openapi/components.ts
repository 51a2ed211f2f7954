import type { ParameterObject, SchemaObject } from '@nestjs/swagger';

/** What a command answers when its handler adds nothing. */
export const COMMAND_ANSWER: SchemaObject = {
  type: 'object',
  required: ['id', 'version'],
  properties: {
    id: { type: 'string', format: 'uuid', example: '018f0000-0000-7000-8000-000000000001' },
    version: { type: 'integer', minimum: 0, description: 'The version after the command, as in ETag.', example: 1 },
  },
};

const header = (name: string, description: string, schema: SchemaObject, required = false): ParameterObject => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});

const IF_MATCH = 'The version it is to be about, as its ETag said. It is refused with 412 when the version is another.';

/** Headers of requests. Without `example`: Swagger UI would fill them in, and send what nobody meant to send. */
export const PARAMETERS: Readonly<Record<string, ParameterObject>> = {
  'Idempotency-Key': header(
    'Idempotency-Key',
    'Repeating a request with the same key has one effect and gets the same answer, for at least 7 days.',
    { type: 'string', minLength: 1, maxLength: 255 },
  ),
  'If-Match': header('If-Match', IF_MATCH, { type: 'string' }),
  'If-Match-required': header('If-Match', IF_MATCH, { type: 'string' }, true),
  Prefer: header('Prefer', 'Ask for the resource as the answer, once the change can be read.', {
    type: 'string',
    enum: ['return=representation', 'return=minimal'],
  }),
  'Consistency-Token': header(
    'Consistency-Token',
    'The token of a command: the query waits until it knows of that change, and answers 503 if that takes too long.',
    { type: 'string', pattern: '^[0-9]{1,16}$' },
  ),
  'X-Purpose-Of-Use': header('X-Purpose-Of-Use', 'What it is for: a code of HL7 PurposeOfUse such as `TREAT`.', {
    type: 'string',
    pattern: '^[A-Z][A-Z0-9]{1,19}$',
  }),
  'X-On-Behalf-Of': header('X-On-Behalf-Of', 'The subject on whose behalf the caller acts. Stored with every event.', {
    type: 'string',
    maxLength: 255,
  }),
};
