import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { FieldError } from './pointers.js';

interface NestedProperty {
  readonly name: string;
  readonly isArray: boolean;
  readonly optional: boolean;
}

const known = new Map<unknown, readonly NestedProperty[]>();

/** Properties of a request class that `@ValidateNested` is on, worked out once. */
function nestedProperties(target: abstract new () => object): readonly NestedProperty[] {
  let properties = known.get(target);
  if (!properties) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(target, '', true, false);
    const of = (type: string) => new Set(rules.filter((rule) => rule.type === type).map((rule) => rule.propertyName));
    const conditional = of(ValidationTypes.CONDITIONAL_VALIDATION);
    properties = [...of(ValidationTypes.NESTED_VALIDATION)].map((name) => ({
      name,
      isArray: Reflect.getMetadata('design:type', target.prototype as object, name) === Array,
      optional: conditional.has(name),
    }));
    known.set(target, properties);
  }
  return properties;
}

/**
 * What `@ValidateNested` itself lets pass: nothing at all, an array in place of an object, and null among the elements of an
 * array. `request` has passed the validation.
 */
export function nestedErrors(request: unknown, path: readonly string[] = []): FieldError[] {
  if (typeof request !== 'object' || request === null) return [];
  return nestedProperties(request.constructor as new () => object).flatMap(({ name, isArray, optional }) => {
    const value = (request as Record<string, unknown>)[name];
    const at = [...path, name];
    if (value === undefined || value === null) {
      return optional ? [] : [{ path: at, detail: `${name} must be ${isArray ? 'an array' : 'an object'}` }];
    }
    if (Array.isArray(value) !== isArray) {
      return [{ path: at, detail: `${name} must be ${isArray ? 'an array' : 'an object, not an array'}` }];
    }
    if (!Array.isArray(value)) return nestedErrors(value, at);
    return value.flatMap((element: unknown, i) => {
      const place = [...at, String(i)];
      return typeof element === 'object' && element !== null && !Array.isArray(element)
        ? nestedErrors(element, place)
        : [{ path: place, detail: `each element of ${name} must be an object` }];
    });
  });
}
