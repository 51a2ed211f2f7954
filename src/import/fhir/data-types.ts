import type { Code } from '../../records/events/code.js';
import type { Quantity } from '../../records/events/observation-events.js';
import type { Element } from './element.js';
import { unusable } from './not-imported.js';

const UCUM = 'http://unitsofmeasure.org';

/** FHIR Coding. Nothing where it lacks system or code: a concept in words alone has no place here. */
function codingOf(coding: Element, text: string | undefined): Code | undefined {
  const system = coding.field('system').optionalText();
  const code = coding.field('code').optionalText();
  if (system === undefined || code === undefined) return undefined;
  const display = coding.field('display').optionalText();
  return { system, code, ...(display && { display }), ...(text && { text }) };
}

/** FHIR CodeableConcept: its first whole coding, and its text where that says more. */
export function optionalCode(concept: Element): Code | undefined {
  if (!concept.exists) return undefined;
  const text = concept.field('text').optionalText();
  for (const coding of concept.items('coding')) {
    const display = coding.field('display').optionalText();
    const code = codingOf(coding, text === display ? undefined : text);
    if (code) return code;
  }
  return undefined;
}

/** @throws NotImported `missing-field` when there is no coding with system and code */
export function codeOf(concept: Element): Code {
  const code = optionalCode(concept);
  if (code === undefined) throw unusable('missing-field', `${concept.path}.coding`);
  return code;
}

/** The bare code of a CodeableConcept of FHIR's own, such as a clinical status. */
export const statusOf = <Status extends string>(concept: Element, statuses: readonly Status[]): Status | undefined =>
  concept.first('coding').field('code').oneOf(statuses);

/** A quantity without a comparator; one with a comparator is a text. */
export function optionalQuantity(quantity: Element): Quantity | undefined {
  const value = quantity.field('value').optionalNumber();
  if (value === undefined) return undefined;
  const unit = quantity.field('unit').optionalText();
  const code = quantity.field('system').optionalText() === UCUM ? quantity.field('code').optionalText() : undefined;
  return { value, ...(unit && { unit }), ...(code && { code }) };
}
