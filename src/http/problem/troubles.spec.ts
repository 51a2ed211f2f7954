import { DatabaseUnavailable } from '../../database/unavailable.js';
import { Troubles } from './troubles.js';

const MINUTE = 60_000;
const missing = (what: string) => new DatabaseUnavailable({ routine: 'errorMissingColumn', column: what }, '42703');

describe('trouble with the database that an operator has to mend', () => {
  it('is news when it begins, and again when it comes back after it was over', () => {
    const troubles = new Troubles();
    expect([0, 1, MINUTE, 2 * MINUTE, 3 * MINUTE + 1].map((at) => troubles.isNews(missing('a'), at))).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
  });

  it('is told apart by what is missing', () => {
    const troubles = new Troubles();
    expect([missing('a'), missing('b'), missing('a')].map((error) => troubles.isNews(error, 0))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    ['a server that is away', new DatabaseUnavailable(new Error('ECONNREFUSED'))],
    ['a server that goes down', new DatabaseUnavailable(new Error('down'), '57P01')],
    ['a server without room for connections', new DatabaseUnavailable(new Error('full'), '53300')],
    ['a fault of this program', new TypeError('x is undefined')],
  ])('is not %s', (_what, error) => {
    expect(new Troubles().isNews(error)).toBe(false);
  });
});
