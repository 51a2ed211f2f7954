import { TransformationType } from 'class-transformer';
import { defaultMetadataStorage as conversions } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, type ValidationArguments, ValidationTypes } from 'class-validator';

export type RequestClass = new () => object;
type Fields = Readonly<Record<string, unknown>>;

/** In place of a request that the libraries have to judge. */
export const UNDECIDED = Symbol('undecided');

type Reader = (source: Fields) => object | typeof UNDECIDED;
type Conversion = (value: unknown, source: Fields) => unknown;
type Rule = (request: object, value: unknown) => boolean;

interface Property {
  readonly name: string;
  readonly convert: Conversion;
  /** The rules are asked only if all of these hold. */
  readonly conditions: readonly Rule[];
  readonly rules: readonly Rule[];
}

const readers = new Map<RequestClass, Reader | undefined>();

/**
 * Does to a good request what class-transformer, class-validator and `nestedErrors` do to it, by the same decorators, but gathers
 * those once: the libraries search for them again in every object of every request, which cost as much as all the rest of HTTP.
 *
 * Parsed JSON or a parsed query string goes in. What may be wrong comes back UNDECIDED, so that the libraries say what it is; so
 * does all of a class with decorators that are not known here. `request-reader.spec.ts` compares the two on every request class.
 */
export function readRequest(requestClass: RequestClass, source: unknown): object | typeof UNDECIDED {
  if (!readers.has(requestClass)) readers.set(requestClass, readerOf(requestClass));
  const read = readers.get(requestClass);
  return read && isFields(source) ? read(source) : UNDECIDED;
}

function readerOf(requestClass: RequestClass): Reader | undefined {
  const names = new Set(metadataOf(requestClass).map(({ propertyName }) => propertyName));
  const properties = [...names]
    .map((name) => propertyOf(requestClass, name))
    .filter((property) => property !== undefined);
  if (properties.length < names.size || hidesOrRenames(requestClass)) return undefined;
  const known = new Map(properties.map((property) => [property.name, property]));

  return (source) => {
    const request = new requestClass() as Record<string, unknown>;
    for (const name of Object.keys(source)) {
      const property = known.get(name);
      if (!property) return UNDECIDED;
      const value = property.convert(source[name], source);
      if (value === UNDECIDED) return UNDECIDED;
      request[name] = value;
    }
    for (const { name, conditions, rules } of properties) {
      const value = request[name];
      if (!conditions.every((holds) => holds(request, value))) continue;
      if (!rules.every((holds) => holds(request, value))) return UNDECIDED;
    }
    return request;
  };
}

const metadataOf = (requestClass: RequestClass) =>
  getMetadataStorage().getTargetValidationMetadatas(requestClass, '', false, false);

const hidesOrRenames = (requestClass: RequestClass): boolean =>
  conversions.getExposedMetadatas(requestClass).length + conversions.getExcludedMetadatas(requestClass).length > 0;

type Metadata = ReturnType<typeof metadataOf>[number];

function propertyOf(requestClass: RequestClass, name: string): Property | undefined {
  const metadata = metadataOf(requestClass).filter(({ propertyName }) => propertyName === name);
  const of = (...types: string[]) => metadata.filter(({ type }) => types.includes(type));
  const conditional = of(ValidationTypes.CONDITIONAL_VALIDATION);
  const custom = of(ValidationTypes.CUSTOM_VALIDATION, ValidationTypes.IS_DEFINED);
  const nested = of(ValidationTypes.NESTED_VALIDATION);
  const allowed = of(ValidationTypes.WHITELIST);
  const allKnown = conditional.length + custom.length + nested.length + allowed.length === metadata.length;
  const convert = conversionOf(requestClass, name, nested.length > 0);
  if (!allKnown || !convert || name in requestClass.prototype) return undefined;

  // `convert` has seen to the nested ones that are there.
  const isThere: Rule = (_, value) => value !== null && (value !== undefined || conditional.length > 0);
  return {
    name,
    convert,
    conditions: conditional.map(({ constraints }) => constraints[0] as Rule),
    rules: [...custom.flatMap((rule) => rulesOf(requestClass, rule)), ...(nested.length > 0 ? [isThere] : [])],
  };
}

/** A rule that answers with a promise does not hold here, and so is left to class-validator. */
const rulesOf = (
  requestClass: RequestClass,
  { constraintCls, constraints, propertyName, each, validateIf }: Metadata,
): Rule[] =>
  getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => {
      // one for all requests: rules look at it and answer at once
      const asked: ValidationArguments = {
        targetName: requestClass.name,
        property: propertyName,
        object: {},
        value: undefined,
        constraints,
      };
      const holds = (part: unknown) => instance.validate(part, asked) === true;
      return (object, value) => {
        if (validateIf && !validateIf(object, value)) return true;
        asked.object = object;
        asked.value = value;
        return each && Array.isArray(value) ? value.every(holds) : holds(value);
      };
    });

/** What class-transformer makes of the value of a property: by its `@Type`, then by each `@Transform`. */
function conversionOf(requestClass: RequestClass, name: string, nested: boolean): Conversion | undefined {
  const typed = typeConversionOf(requestClass, name, nested);
  const transforms = conversions.findTransformMetadatas(requestClass, name, TransformationType.PLAIN_TO_CLASS);
  if (!typed || transforms.some(({ options }) => options.groups !== undefined)) return undefined;
  if (transforms.length === 0) return typed;
  const type = TransformationType.PLAIN_TO_CLASS;
  return (given, obj) => {
    let value: unknown = typed(given, obj);
    if (value === UNDECIDED) return UNDECIDED;
    for (const { transformFn } of transforms) value = transformFn({ value, key: name, obj, type, options: {} });
    return value;
  };
}

function typeConversionOf(requestClass: RequestClass, name: string, nested: boolean): Conversion | undefined {
  const metadata = conversions.findTypeMetadata(requestClass, name) as
    ReturnType<typeof conversions.findTypeMetadata> | undefined;
  if (!metadata) return nested ? undefined : copied;
  const { typeFunction, options } = metadata;
  if (!typeFunction || typeFunction.length > 0 || options.discriminator) return undefined;
  const type = typeFunction() as unknown;
  if (nested) return nestedConversion(type as RequestClass, metadata.reflectedType === Array);
  return type === Number ? numeric : undefined;
}

/** Nothing at all is for the rules of the property to judge. */
const nestedConversion =
  (type: RequestClass, isArray: boolean): Conversion =>
  (value) => {
    if (value === undefined || value === null) return value;
    if (!isArray) return readRequest(type, value);
    if (!Array.isArray(value)) return UNDECIDED;
    const elements = value.map((element) => readRequest(type, element));
    return elements.includes(UNDECIDED) ? UNDECIDED : elements;
  };

const copied: Conversion = (value) => {
  if (Array.isArray(value)) return value.every(isScalar) ? [...(value as unknown[])] : UNDECIDED;
  return isScalar(value) ? value : UNDECIDED;
};

const numeric: Conversion = (value) =>
  typeof value === 'string' || typeof value === 'number' ? Number(value) : UNDECIDED;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;
