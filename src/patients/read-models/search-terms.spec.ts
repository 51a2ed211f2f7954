import fc from 'fast-check';
import {
  askedIdentifierKey,
  askedPhoneKey,
  askedWords,
  asText,
  digitsOf,
  identifierKeys,
  nameWords,
  phoneKeys,
  phonesOf,
} from './search-terms.js';

const words = (family: string, ...given: string[]) => nameWords({ family, given });

describe('words of a name', () => {
  it.each([
    ['MÜLLER', ['muller']],
    ['Großmann', ['grossmann']],
    ['Ørsted', ['orsted']],
    ['Łukasiewicz', ['lukasiewicz']],
    ['Nguyễn', ['nguyen']],
    ['İnönü', ['inonu']],
    ['García-Márquez', ['garcia', 'marquez']],
    ['van der Berg', ['van', 'der', 'berg']],
    ['O’Brien', ['obrien', 'brien']],
    ["D'Angelo", ['dangelo', 'angelo']],
    ['Иванова', ['иванова']],
    ['山田', ['山田']],
    ['% _ \\', []],
    ["'''", []],
  ])('of %s are %j', (family, expected) => {
    expect(words(family)).toEqual(expected);
  });

  it('are the same with an accent on any letter', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.nat(), (text, at) => {
        const letters = [...text].flatMap((letter, i) => (i === at % text.length ? [letter, '\u0301'] : [letter]));
        expect(words(letters.join(''))).toEqual(words(text));
      }),
    ));

  it('are each there once, family name first', () => {
    expect(words('Lee', 'Ann', 'Lee')).toEqual(['lee', 'ann']);
    expect(asText(words('Lee', 'Ann'))).toBe(' lee ann');
  });

  it('are bounded, whatever the name', () => {
    const long = nameWords({ family: '𝒜'.repeat(200), given: Array.from({ length: 30 }, (_, i) => `n${i}`) });
    expect(long).toHaveLength(12);
    expect(long[0]).toBe('a'.repeat(32));
  });

  it('are asked for in the same spelling', () => {
    expect(askedWords('  brién,  mary ')).toEqual(['brien', 'mary']);
    expect(askedWords('o’brien')).toEqual(['obrien']);
    expect(askedWords('%')).toEqual([]);
  });

  it('sort by family name', () => {
    expect(asText(words('O’Brien', 'Mary', 'Ann'))).toBe(' obrien mary ann brien');
  });
});

describe('telephone numbers', () => {
  it.each([
    ['+44 20 7946 0958', '442079460958'],
    ['+44 (0)20 7946 0958', '442079460958'],
    ['020 7946 0958', '2079460958'],
    ['0044 20 7946 0958', '442079460958'],
    ['(555) 826-5697 x12', '5558265697'],
    ['555-826-5697 ext. 12', '5558265697'],
    ['fax 555 826', '555826'],
  ])('%s is %s', (number, digits) => {
    expect(digitsOf(number)).toBe(digits);
  });

  it('are those that one can call', () => {
    expect(
      phonesOf([
        { system: 'phone', value: '555-826-5697' },
        { system: 'sms', value: '5558265697' },
        { system: 'email', value: 'a1234567@example.org' },
        { system: 'phone', value: '911' },
      ]),
    ).toEqual(['5558265697']);
  });

  it.each(['442079460958', '2079460958', '79460958', '9460958', '0958'])('are found by %s', (asked) => {
    expect(phoneKeys('442079460958')).toContain(askedPhoneKey(asked));
  });
});

describe('identifiers', () => {
  const passport = { system: 'urn:passport', value: 'X43' };

  it.each(['urn:passport|X43', 'urn:passport|x43', 'X43', '|X43'])('are found by %s', (asked) => {
    expect(identifierKeys(passport)).toContain(askedIdentifierKey(asked));
  });

  it('may hold what parts system from value', () => {
    expect(identifierKeys({ system: 'urn:s', value: 'a|b' })).toContain(askedIdentifierKey('urn:s|a|b'));
  });
});
