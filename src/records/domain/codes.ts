import { invalid } from '../../event-sourcing/index.js';
import type { Code } from '../events/code.js';
import { mod10CheckDigit, passesVerhoeff } from './check-digits.js';
import { isUcum } from './ucum.js';

export const LOINC = 'http://loinc.org';
export const SNOMED_CT = 'http://snomed.info/sct';
export const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const CVX = 'http://hl7.org/fhir/sid/cvx';
export const UCUM = 'http://unitsofmeasure.org';

/** Letters in front mark LOINC's parts and answers: their last digit does not follow from the others by modulo 10. */
function isLoinc(code: string): boolean {
  const [, digits, check] = /^(\d{1,7})-(\d)$/.exec(code) ?? [];
  return digits ? mod10CheckDigit(digits) === Number(check) : /^L[AGLP]\d{1,7}-\d$/.test(code);
}

/** A concept's identifier: the two digits before the check digit tell its partition, 00 of the core, 10 of an extension. */
const isSnomedConcept = (code: string) => /^[1-9]\d{2,14}[01]0\d$/.test(code) && passesVerhoeff(code);

/**
 * What a code of each system looks like. The form is checked, never the meaning: the tables of licensed terminologies are not
 * ours to ship, and a new release must not need a new version of this program. Systems not named here take any code.
 */
const forms: Readonly<Record<string, (code: string) => boolean>> = {
  [LOINC]: isLoinc,
  [SNOMED_CT]: isSnomedConcept,
  [ICD_10_CM]: (code) => /^[A-Z]\d[\dAB](\.[\dA-Z]{1,4})?$/.test(code),
  [RXNORM]: (code) => /^[1-9]\d{0,7}$/.test(code),
  [CVX]: (code) => /^\d{1,3}$/.test(code),
  [UCUM]: isUcum,
};

/** FHIR data types `uri` (absolute ones) and `code`. */
const isSystem = (system: string) => /^(https?:\/\/|urn:)[^\s]{1,250}$/.test(system);
const isCode = (code: string) => code.length <= 100 && /^\S+( \S+)*$/.test(code);

export const isWellFormed = ({ system, code }: Code): boolean =>
  isSystem(system) && isCode(code) && (forms[system]?.(code) ?? true);

/**
 * The code, and nothing else that came with it.
 * @throws DomainError `invalid-code`
 */
export function codeOf({ system, code, display, text }: Code, pointer: string): Code {
  if (!isSystem(system)) {
    throw invalid('invalid-code', 'The system of a code is an absolute URI.', `${pointer}/system`);
  }
  if (!isWellFormed({ system, code })) {
    throw invalid('invalid-code', `This is not a code of ${system}.`, `${pointer}/code`);
  }
  return { system, code, display, text };
}

export const optionalCodeOf = (code: Code | undefined, pointer: string) => (code ? codeOf(code, pointer) : undefined);
