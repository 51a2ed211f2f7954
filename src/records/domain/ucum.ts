/**
 * Whether a text has the form of a UCUM unit (case sensitive), after the grammar of *The Unified Code for Units of Measure*,
 * section 2: terms of components joined by `.` and `/`, with exponents, parentheses and annotations in braces. Which atoms and
 * prefixes exist is not checked.
 */
export function isUcum(unit: string): boolean {
  if (unit.length === 0 || unit.length > 100) return false;
  const afterSlash = unit.startsWith('/') ? 1 : 0;
  return term(unit, afterSlash, 0) === unit.length;
}

/** A symbol such as `mm[Hg]`, `10*3` or `m2`; or a factor such as `100`; with an annotation or without; or the annotation alone. */
const ANNOTATION = String.raw`\{[!-z|~]*\}`;
const IN_BRACKETS = String.raw`\[[!-Z\\^-~]+\]`;
const SYMBOL = String.raw`(?:10[*^]|(?:[!#-'*,:-<>-Z\\^-z|~]|${IN_BRACKETS})+)(?:[+-]?\d+)?`;
const COMPONENT = new RegExp(String.raw`(?:(?:${SYMBOL}|\d+)(?:${ANNOTATION})?|${ANNOTATION})`, 'y');

const MAX_DEPTH = 10;

/** Index after the term that starts at `from`; -1 when there is none. */
function term(unit: string, from: number, depth: number): number {
  let end = component(unit, from, depth);
  while (end !== -1 && (unit[end] === '.' || unit[end] === '/')) end = component(unit, end + 1, depth);
  return end;
}

function component(unit: string, from: number, depth: number): number {
  if (unit[from] === '(') {
    if (depth === MAX_DEPTH) return -1;
    const end = term(unit, from + 1, depth + 1);
    return end !== -1 && unit[end] === ')' ? end + 1 : -1;
  }
  COMPONENT.lastIndex = from;
  return COMPONENT.test(unit) ? COMPONENT.lastIndex : -1;
}
