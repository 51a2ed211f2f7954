import fc from 'fast-check';
import { DomainError } from '../event-sourcing/errors.js';
import { decodeCursor, encodeCursor } from './cursors.js';

const ID = '018f0000-0000-7000-8000-000000000001';

describe('cursors', () => {
  it('bring back the key that they were made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer(), (text, number) => {
        fc.pre(!text.includes('\0'));
        expect(decodeCursor(encodeCursor(text, number, ID), 'text', 'number', 'id')).toEqual([text, number, ID]);
      }),
    );
    const key = ['2026-03-01T09:00:00.000Z', '2024-02-29'] as const;
    expect(decodeCursor(encodeCursor(...key), 'instant', 'date')).toEqual(key);
  });

  it('of the first page are none', () => {
    expect(decodeCursor(undefined, 'text')).toBeUndefined();
  });

  it('that somebody else made are refused', () => {
    const cursors = [
      '',
      'abc',
      '{}',
      encodeCursor('a'),
      encodeCursor('a', 'no id'),
      encodeCursor(1, ID),
      encodeCursor('a', ID, 'b'),
      encodeCursor('a\0', ID),
      Buffer.from('{"0":"a","1":"b","length":2}').toString('base64url'),
      Buffer.from('null').toString('base64url'),
    ];
    for (const cursor of cursors) {
      expect(() => decodeCursor(cursor, 'text', 'id')).toThrow(
        expect.objectContaining({ kind: 'invalid', code: 'invalid-cursor' }),
      );
    }
  });

  it('of any other text never do anything but being refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          decodeCursor(text, 'text', 'id');
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
        }
      }),
    );
  });
});
