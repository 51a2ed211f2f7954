import fc from 'fast-check';
import { mod10CheckDigit, passesVerhoeff } from './check-digits.js';

const digits = (minLength: number, maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength }).map((all) => all.join(''));
const withVerhoeff = (body: string) => [...'0123456789'].map((check) => body + check).filter(passesVerhoeff);
const replaced = (text: string, place: number, by: string) => text.slice(0, place) + by + text.slice(place + 1);

describe('Verhoeff check digits', () => {
  it('passes identifiers that SNOMED CT has published', () => {
    for (const code of ['38341003', '73211009', '22298006', '195967001', '1119303003']) {
      expect(passesVerhoeff(code)).toBe(true);
    }
  });

  it('gives every number exactly one check digit', () => {
    fc.assert(fc.property(digits(1, 17), (body) => expect(withVerhoeff(body)).toHaveLength(1)));
  });

  it('finds every single wrong digit', () => {
    fc.assert(
      fc.property(digits(5, 17), fc.nat(), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
        const code = withVerhoeff(body)[0]!;
        const place = at % code.length;
        expect(passesVerhoeff(replaced(code, place, `${(Number(code[place]) + by) % 10}`))).toBe(false);
      }),
    );
  });

  it('finds every swap of two neighbours', () => {
    fc.assert(
      fc.property(digits(5, 17), fc.nat(), (body, at) => {
        const code = withVerhoeff(body)[0]!;
        const place = at % (code.length - 1);
        fc.pre(code[place] !== code[place + 1]);
        const swapped = `${code.slice(0, place)}${code[place + 1]}${code[place]}${code.slice(place + 2)}`;
        expect(passesVerhoeff(swapped)).toBe(false);
      }),
    );
  });
});

describe('modulo 10 check digits', () => {
  it('computes those that LOINC has published', () => {
    expect(mod10CheckDigit('2345')).toBe(7); // glucose
    expect(mod10CheckDigit('8480')).toBe(6); // systolic blood pressure
    expect(mod10CheckDigit('39156')).toBe(5); // body mass index
  });

  it('changes with every single wrong digit', () => {
    fc.assert(
      fc.property(digits(1, 7), fc.nat(), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
        const place = at % body.length;
        const wrong = replaced(body, place, `${(Number(body[place]) + by) % 10}`);
        expect(mod10CheckDigit(wrong)).not.toBe(mod10CheckDigit(body));
      }),
    );
  });
});
