import type { ValidationError } from 'class-validator';

/** JSON pointer (RFC 6901) of a path into a document. */
export const pointer = (path: readonly (string | number)[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

export interface FieldError {
  readonly path: readonly string[];
  readonly detail: string;
}

/** More than this helps nobody, and a body can have as many errors as bytes. */
const MOST = 50;

/** Flattens the nested errors of class-validator. Its sentences name the property and the rule, never the value. */
export function fieldErrors(errors: readonly ValidationError[]): FieldError[] {
  const found: FieldError[] = [];
  const visit = (level: readonly ValidationError[], parents: readonly string[]) => {
    for (const { property, constraints, children } of level) {
      if (found.length >= MOST) return;
      const path = [...parents, property];
      for (const detail of Object.values(constraints ?? {})) found.push({ path, detail });
      if (children) visit(children, path);
    }
  };
  visit(errors, []);
  return found;
}
