import 'reflect-metadata';
import { Expose, plainToInstance, Type } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import {
  Allow,
  getMetadataStorage,
  IsOptional,
  ValidateBy,
  ValidateNested,
  validateSync,
  ValidationTypes,
} from 'class-validator';
import fc from 'fast-check';
import { globSync } from 'node:fs';
import path from 'node:path';
import { readRequest, type RequestClass, UNDECIDED } from './request-reader.js';
import { RequestValidation } from './validation.pipe.js';
import { IsPlainText } from './validators.js';

const metadataOf = (requestClass: RequestClass) =>
  getMetadataStorage().getTargetValidationMetadatas(requestClass, '', false, false);

class Part {
  @IsPlainText(10)
  name!: string;
}
/** Has none of the decorators that the parts of the application's requests have as well. */
class Whole {
  @ValidateNested()
  @Type(() => Part)
  part!: Part;

  @ValidateNested({ each: true })
  @Type(() => Part)
  parts!: Part[];

  @Allow()
  anything?: unknown;
}

const requestClasses = globSync('src/**/http/*.{request,query}.ts').flatMap((file) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- whatever there is, as commonjs under jest
  const exported = require(path.resolve(file)) as Readonly<Record<string, unknown>>;
  return Object.values(exported).filter(
    (value): value is RequestClass => typeof value === 'function' && metadataOf(value as RequestClass).length > 0,
  );
});

const ID = '01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e71';
const TEXTS = [
  'text',
  ' padded ',
  '',
  'x'.repeat(4000),
  'two\nlines',
  'nul \0',
  'half \ud800',
  '1984-06-21',
  '2030-03-04T09:00:00Z',
  '2030-03-04T09:00:00.5+02:00',
  '09:00',
  '17:30',
  'Europe/London',
  'http://loinc.org',
  'http://loinc.org|8480-6',
  '8480-6',
  'true',
  '12',
  'a,b',
  ID,
  ID.toUpperCase(),
];
const NUMBERS = [0, 1, 2, -1, 1.5, 20, 300, 1e9];
const SCALARS = [...TEXTS, ...NUMBERS, true, false, null];
const VALUES: unknown[] = [
  ...SCALARS,
  ...SCALARS.map((value) => [value]),
  [],
  [ID, ID],
  [['text']],
  [{}],
  {},
  { text: 'text' },
  { length: 1 },
];

/** Values of a property, most of them such as its own rules accept. */
function valuesOf(requestClass: RequestClass, name: string): fc.Arbitrary<unknown> {
  const metadata = metadataOf(requestClass).filter(({ propertyName }) => propertyName === name);
  const anything = fc.constantFrom(...VALUES);
  if (metadata.some(({ type }) => type === ValidationTypes.NESTED_VALIDATION)) {
    const nested = requestsOf(
      defaultMetadataStorage.findTypeMetadata(requestClass, name).typeFunction() as RequestClass,
    );
    const isArray = Reflect.getMetadata('design:type', requestClass.prototype as object, name) === Array;
    const several = fc.array(nested, { maxLength: 3 });
    return fc.oneof(
      { weight: 40, arbitrary: isArray ? several : nested },
      { weight: 1, arbitrary: isArray ? nested : several },
      { weight: 1, arbitrary: anything },
    );
  }
  const listed = metadata.flatMap(({ constraints }) => (constraints ?? []).flat() as unknown[]);
  const good = [...VALUES, ...listed, ...listed.map((value) => [value])].filter((value) =>
    validateSync(plainToInstance(requestClass, { [name]: value })).every(({ property }) => property !== name),
  );
  return fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: anything });
}

/** Bodies for a class: most are good ones, and the others are nearly so. */
function requestsOf(requestClass: RequestClass): fc.Arbitrary<object> {
  const names = [...new Set(metadataOf(requestClass).map(({ propertyName }) => propertyName))];
  const properties = names.map((name) =>
    fc.option(valuesOf(requestClass, name), { freq: 8, nil: UNDECIDED }).map((value) => [name, value] as const),
  );
  const stranger = fc.option(fc.constantFrom('stranger', 'prototype', 'toString'), { freq: 1, nil: undefined });
  return fc
    .tuple(fc.tuple(...properties), fc.integer({ min: 0, max: 30 }), stranger)
    .map(([entries, dice, odd]) =>
      Object.fromEntries([
        ...entries.filter(([, value]) => value !== UNDECIDED),
        ...(dice === 0 && odd !== undefined ? [[odd, 'text']] : []),
      ]),
    );
}

/** What Nest's pipe, class-transformer, class-validator and `nestedErrors` make of it. */
const judged = (requestClass: RequestClass, body: object): Promise<unknown> =>
  new RequestValidation()['judge'](structuredClone(body), { type: 'body', metatype: requestClass });

describe('Reading a request', () => {
  it.each([Whole, ...requestClasses].map((requestClass) => [requestClass.name, requestClass] as const))(
    'makes of a %s what the libraries make of it, or leaves it to them',
    async (_, requestClass) => {
      let read = 0;
      await fc.assert(
        fc.asyncProperty(requestsOf(requestClass), async (body) => {
          const before = structuredClone(body);
          const request = readRequest(requestClass, body);
          expect(body).toStrictEqual(before);
          if (request === UNDECIDED) return;
          expect(request).toStrictEqual(await judged(requestClass, body));
          read++;
        }),
        { numRuns: 200 },
      );
      expect(read).toBeGreaterThan(0);
    },
  );

  class Renamed {
    @Expose({ name: 'title' })
    @IsPlainText(10)
    name!: string;
  }
  class Checked {
    @ValidateBy({ name: 'later', validator: { validate: (value) => Promise.resolve(value === 'right') } })
    name!: string;
  }
  class Untyped {
    @ValidateNested()
    part!: object;
  }
  class Chosen {
    @ValidateNested()
    @Type(() => Object, { discriminator: { property: 'kind', subTypes: [{ name: 'renamed', value: Renamed }] } })
    part!: object;
  }
  it.each([
    ['renamed properties', Renamed, { title: 'x' }],
    ['rules that take time', Checked, { name: 'right' }],
    ['parts without a class', Untyped, { part: {} }],
    ['parts of one of several classes', Chosen, { part: { kind: 'renamed' } }],
  ])('leaves %s to the libraries', (_, requestClass, body) => {
    expect(readRequest(requestClass, body)).toBe(UNDECIDED);
  });

  it.each([[null], [undefined], ['text'], [7], [[]], [[{}]]])(
    'leaves %j, which is no object, to the libraries',
    (body) => {
      class Empty {
        @IsOptional()
        name?: string;
      }
      expect(readRequest(Empty, body)).toBe(UNDECIDED);
    },
  );
});
