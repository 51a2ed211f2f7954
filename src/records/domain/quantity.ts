import { invalid } from '../../event-sourcing/index.js';
import type { Quantity } from '../events/observation-events.js';
import { isUcum } from './ucum.js';

/** A number with its unit, and nothing else that came with it. @throws DomainError `invalid-unit`, `invalid-value` */
export function quantityOf({ value, unit, code }: Quantity, pointer: string): Quantity {
  if (!Number.isFinite(value)) throw invalid('invalid-value', 'A quantity is a finite number.', `${pointer}/value`);
  if (code !== undefined && !isUcum(code)) {
    throw invalid('invalid-unit', 'The code of a unit is UCUM, such as `mm[Hg]`.', `${pointer}/code`);
  }
  return { value, unit: unit ?? code, code };
}

export const optionalQuantityOf = (quantity: Quantity | undefined, pointer: string) =>
  quantity ? quantityOf(quantity, pointer) : undefined;
