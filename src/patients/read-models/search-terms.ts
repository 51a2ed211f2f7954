import type { ContactPoint, HumanName } from '../events/demographics.js';
import type { Identifier } from '../events/identifier.js';

/** Bounds of an index entry. A name beyond them is found by its first words, and by the beginnings of its long ones. */
export const MAX_WORDS = 12;
const MAX_WORD_LENGTH = 32;

/** Letters that Unicode does not take apart into a base letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
};
const UNDIVIDED = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu');
const APOSTROPHES = /[\u2018\u2019\u02bc\u02b9\u0060\u00b4]/g;

/** Most names: what is below would find nothing in them to replace. */
const PLAIN = /^[A-Za-z0-9 '-]*$/;

/** Words in lower case without accents; an apostrophe stays inside its word. */
const plainWords = (text: string): string[] =>
  (PLAIN.test(text) ? text.toLowerCase() : withoutMarks(text))
    .split(/[^\p{L}\p{N}']+/u)
    .filter((word) => /[^']/.test(word));

const withoutMarks = (text: string): string =>
  text
    .replace(APOSTROPHES, "'")
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(UNDIVIDED, (letter) => LETTERS[letter] ?? letter);

const beginning = (text: string, length: number) =>
  text.length <= length ? text : Array.from(text).slice(0, length).join('');
const joined = (word: string) => beginning(word.replaceAll("'", ''), MAX_WORD_LENGTH);
const distinct = (words: readonly string[]) => [...new Set(words)].slice(0, MAX_WORDS);

/** `O’Brien` is found by `obrien` as by `brien`, and so by `o brien` too. */
const afterApostrophe = (word: string): string[] =>
  word
    .split("'")
    .slice(1)
    .filter((part) => part.length > 1);

/** Several read models ask for the words of one and the same name, some of them many times. */
const wordsOf = new WeakMap<HumanName, readonly string[]>();

/** What a name is found by, each word once: family name first, as lists are sorted. */
export function nameWords(name: HumanName): readonly string[] {
  let known = wordsOf.get(name);
  if (!known) {
    const words = [name.family, ...name.given].flatMap(plainWords);
    known = distinct([...words, ...words.flatMap(afterApostrophe)].map(joined));
    wordsOf.set(name, known);
  }
  return known;
}

/** What was asked for, in the same spelling. */
export const askedWords = (text: string): string[] => distinct(plainWords(text).map(joined));

/** The words as one text in which ` lee` finds a word that begins with `lee`. */
export const asText = (words: readonly string[]): string => words.map((word) => ` ${word}`).join('');

export const SHORTEST_PHONE = 4;
/** Digits that tell a subscriber, whether or not country and area are given with them. */
const SUBSCRIBER = 7;

/** Digits without extension, trunk zero and international prefix: `+44 (0)20 7946 0958 x3` is `442079460958`. */
export function digitsOf(number: string): string {
  const digits = number
    .replace(/(?<=\d[\s;,.]*)(?:ext|x|#).*$/i, '')
    .replace('(0)', '')
    .replace(/\D/g, '');
  return digits.length > SUBSCRIBER ? digits.replace(/^0+/, '') : digits;
}

export const phonesOf = (telecom: readonly ContactPoint[]): string[] => [
  ...new Set(
    telecom
      .filter(({ system }) => system === 'phone' || system === 'sms')
      .map(({ value }) => digitsOf(value))
      .filter((digits) => digits.length >= SHORTEST_PHONE),
  ),
];

/** Keys of one number: its last digits, as many as a caller may have given. */
export const phoneKeys = (digits: string): string[] =>
  [SUBSCRIBER, SHORTEST_PHONE].filter((n) => digits.length >= n).map((n) => `p:${digits.slice(-n)}`);

/** The key under which the number asked for is found. Whoever it finds must still be compared in full. */
export const askedPhoneKey = (digits: string): string =>
  `p:${digits.slice(digits.length >= SUBSCRIBER ? -SUBSCRIBER : -SHORTEST_PHONE)}`;

/** Found by system and value, and by the value alone. The case of letters is not compared: people type them as they come. */
export const identifierKeys = ({ system, value }: Identifier): string[] => [
  `i:${system}|${value.toLowerCase()}`,
  `i:|${value.toLowerCase()}`,
];

/** The key of `system|value`, or of a value without a system. */
export function askedIdentifierKey(asked: string): string {
  const bar = asked.indexOf('|');
  const [system, value] = bar === -1 ? ['', asked] : [asked.slice(0, bar), asked.slice(bar + 1)];
  return `i:${system}|${value.toLowerCase()}`;
}
