import type { ValidationError } from 'class-validator';
import { fieldErrors, pointer } from './pointers.js';

describe('JSON pointers', () => {
  it('name the place in the document, escaped by RFC 6901', () => {
    expect(pointer([])).toBe('');
    expect(pointer(['telecom', 0, 'value'])).toBe('/telecom/0/value');
    expect(pointer(['a/b', 'c~d', ''])).toBe('/a~1b/c~0d/');
  });

  it('are found for each nested error of a validation', () => {
    const errors: ValidationError[] = [
      { property: 'birthDate', constraints: { isDate: 'must be a date', isPast: 'must be past' } },
      {
        property: 'telecom',
        children: [{ property: '0', children: [{ property: 'value', constraints: { isText: 'must be text' } }] }],
      },
    ];
    expect(fieldErrors(errors)).toEqual([
      { path: ['birthDate'], detail: 'must be a date' },
      { path: ['birthDate'], detail: 'must be past' },
      { path: ['telecom', '0', 'value'], detail: 'must be text' },
    ]);
  });

  it('are few, however many errors there are', () => {
    const errors = Array.from({ length: 5000 }, (_, i) => ({ property: `x${i}`, constraints: { no: 'no' } }));
    expect(fieldErrors(errors)).toHaveLength(50);
  });
});
