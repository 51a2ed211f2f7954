import fc from 'fast-check';
import { jsonFaultOf, lineAndColumn } from './json-fault.js';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the fault of a text that is no JSON', () => {
  it.each([
    ['', 0],
    ['{', 1],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['{"a":}', 5],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['{a:1}', 1],
    ['{"a": tru}', 6],
    ['{"a": 01}', 6],
    ['["open', 1],
    ['["bad \\x"]', 1],
    ['[1] x', 4],
    ['[[[]]', 5],
    ['{"a":[1,{"b":2}', 15],
  ])('of %j is at %d', (text, offset) => expect(jsonFaultOf(text)).toBe(offset));

  it('of any truncated JSON is not after its end, and what is before it is the beginning of JSON', () =>
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        const truncated = text.slice(0, cut % text.length);
        if (parses(truncated)) return;
        expect(jsonFaultOf(truncated)).toBeLessThanOrEqual(truncated.length);
        expect(text.startsWith(truncated.slice(0, jsonFaultOf(truncated)))).toBe(true);
      }),
    ));

  it('of JSON is none: it is read to its end', () =>
    fc.assert(fc.property(fc.json(), (text) => expect(jsonFaultOf(text)).toBe(text.length))));

  it('does not depend on how deep it lies', () => expect(jsonFaultOf('['.repeat(200_000))).toBe(200_000));

  it('has a line and a column', () => expect(lineAndColumn('{\n  "a": x', 9)).toBe('line 2, column 8'));
});
