import { idFor } from '../event-sourcing/index.js';
import { type ConditionalReference, conditional, type Entry, type References } from './fhir/references.js';
import type { Element } from './fhir/element.js';

/**
 * Ids follow from what a resource is called in its bundle, so that it has the same one however often it is imported. An
 * encounter has the id that the records give to the encounter of its appointment, so that the sagas know it.
 */
export const idOf = ({ url }: Entry): string => idFor('fhir', url);
export const appointmentIdOf = (encounter: Entry): string => idFor('fhir', 'appointment', encounter.url);
export const encounterIdOf = (encounter: Entry): string => idFor('encounter', appointmentIdOf(encounter));

/** What was measured of one patient, at one moment of one encounter, in one status. */
export const panelIdOf = (context: Entry, effectiveAt: string, status: string): string =>
  idFor('fhir', 'panel', context.url, effectiveAt, status);

export const IMPORTED_ENCOUNTER = idFor('fhir', 'service-type', 'imported-encounter');

const NPI = 'http://hl7.org/fhir/sid/us-npi';
const byNpi = (value: string): string => idFor('fhir', 'practitioner', NPI, value);

/** By national provider number where there is one: bundles of other patients may call the same practitioner otherwise. */
export function practitionerIdOf(practitioner: Entry): string {
  const npi = practitioner.resource.items('identifier').find((each) => each.field('system').value === NPI);
  const value = npi?.field('value').optionalText();
  return value === undefined ? idOf(practitioner) : byNpi(value);
}

/** Nothing where it refers to nobody, or to somebody who is no practitioner. @throws NotImported `dangling-reference` */
export function referredPractitioner(reference: Element, references: References): string | undefined {
  const searched: ConditionalReference | undefined = conditional(reference);
  if (searched) return searched.type === 'Practitioner' && searched.system === NPI ? byNpi(searched.value) : undefined;
  const entry = references.optional(reference);
  return entry?.type === 'Practitioner' ? practitionerIdOf(entry) : undefined;
}
