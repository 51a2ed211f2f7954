/** Foreign work did not return in its time. What it still does is left to itself. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';

  constructor(limitMs: number) {
    super(`It did not return within ${limitMs / 1000} s`);
  }
}
