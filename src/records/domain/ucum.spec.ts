import fc from 'fast-check';
import { isUcum } from './ucum.js';

// prettier-ignore
const right = [
  '1', '%', 'mg', 'mg/dL', 'mm[Hg]', 'kg/m2', '10*3/uL', '10^9/L', '{score}', '/min', '{beats}/min', 'mL/min/{1.73_m2}',
  'm[IU]/L', '[in_i]', 'm[H2O]', 'g.m/s2', 's-1', 'kg.m/(s2.A)', '(mg/kg)/d', 'mg{creat}', 'U/L', 'Cel', '[degF]', '/[HPF]',
  "[arb'U]", 'mol/(kg.s)', 'B[10.nV]', '[m/s2/Hz^0.5]', '100/d', '[ppth]', '(score)', 'pH',
];

// prettier-ignore
const wrong = [
  '', ' ', 'mg / dL', 'mg//dL', 'mg/', '.mg', 'mm[Hg', 'mm Hg]', '{score', 'score}', '(mg', 'mg)', '()', '{a{b}}', 'mg\u00b5',
  '\u00b5g', 'mg"', 'a=b', 'x'.repeat(101), `${'('.repeat(40)}g${')'.repeat(40)}`, '[]',
];

describe('the form of a UCUM unit', () => {
  it.each(right)('is right: %s', (unit) => expect(isUcum(unit)).toBe(true));

  it.each(wrong)('is wrong: %s', (unit) => expect(isUcum(unit)).toBe(false));

  it('takes what is built of right parts', () => {
    const atom = fc.constantFrom('g', 'mg', 'mm[Hg]', '10*3', 'L', 'm2', '{cells}', '[IU]', '1');
    const quotient = fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join('/'));
    const product = fc.array(quotient, { minLength: 1, maxLength: 3 }).map((parts) => `(${parts.join(').(')})`);
    fc.assert(fc.property(fc.oneof(quotient, product), (unit) => isUcum(unit)));
  });

  it('answers on any text at all', () => {
    fc.assert(fc.property(fc.string({ maxLength: 120 }), (text) => typeof isUcum(text) === 'boolean'));
  });
});
