import { Element } from '../../src/import/fhir/element.js';
import { type Entry, References } from '../../src/import/fhir/references.js';
import { idFor } from '../../src/event-sourcing/index.js';

export type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string };

export interface BundleEntry {
  readonly fullUrl?: string;
  readonly resource?: Resource;
}

/** The same URL for the same name, as Synthea has them. */
export const urlOf = (name: string): string => `urn:uuid:${idFor('test', name)}`;
const refer = (name: string) => ({ reference: urlOf(name) });
const coded = (system: string, code: string, display: string) => ({
  coding: [{ system, code, display }],
  text: display,
});
const status = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/any', code }] });

/** Resources as Synthea writes them, of somebody who never lived. `over` replaces fields; `undefined` takes one away. */
export const fhir = {
  patient: (over: object = {}): Resource => ({
    resourceType: 'Patient',
    name: [
      { use: 'maiden', family: 'Earlier0', given: ['Zelda9'] },
      { use: 'official', family: 'Quill77', given: ['Zelda9', 'Mae1'], prefix: ['Mrs.'] },
    ],
    gender: 'female',
    birthDate: '1960-02-29',
    telecom: [{ system: 'phone', value: '555-0101', use: 'home' }],
    address: [{ line: ['1 Low Lane'], city: 'Foxton', state: 'MA', postalCode: '01001', country: 'US' }],
    ...over,
  }),
  practitioner: (npi: string, over: object = {}): Resource => ({
    resourceType: 'Practitioner',
    identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: npi }],
    name: [{ family: 'Byrne12', given: ['Ida3'], prefix: ['Dr.'] }],
    ...over,
  }),
  encounter: (
    patient: string,
    practitioner: string | undefined,
    start: string,
    end: string,
    over: object = {},
  ): Resource => ({
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    type: [coded('http://snomed.info/sct', '185349003', 'Encounter for check up (procedure)')],
    subject: refer(patient),
    ...(practitioner && { participant: [{ individual: refer(practitioner) }] }),
    period: { start, end },
    ...over,
  }),
  condition: (patient: string, encounter: string | undefined, over: object = {}): Resource => ({
    resourceType: 'Condition',
    clinicalStatus: status('active'),
    verificationStatus: status('confirmed'),
    code: coded('http://snomed.info/sct', '195662009', 'Acute viral pharyngitis (disorder)'),
    subject: refer(patient),
    ...(encounter && { encounter: refer(encounter) }),
    onsetDateTime: '2019-03-01T10:00:00+02:00',
    ...over,
  }),
  allergy: (patient: string, over: object = {}): Resource => ({
    resourceType: 'AllergyIntolerance',
    clinicalStatus: status('active'),
    verificationStatus: status('confirmed'),
    type: 'allergy',
    category: ['food'],
    criticality: 'low',
    code: coded('http://snomed.info/sct', '300913006', 'Shellfish allergy'),
    patient: refer(patient),
    recordedDate: '1961-01-07T09:21:52+00:00',
    ...over,
  }),
  observation: (patient: string, encounter: string | undefined, value: number, over: object = {}): Resource => ({
    resourceType: 'Observation',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: coded('http://loinc.org', '29463-7', 'Body Weight'),
    subject: refer(patient),
    ...(encounter && { encounter: refer(encounter) }),
    effectiveDateTime: '2019-03-01T10:00:00+02:00',
    valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    ...over,
  }),
  medication: (patient: string, encounter: string | undefined, over: object = {}): Resource => ({
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: coded('http://www.nlm.nih.gov/research/umls/rxnorm', '896209', 'Dry Powder Inhaler'),
    subject: refer(patient),
    ...(encounter && { encounter: refer(encounter) }),
    authoredOn: '2019-03-01T10:00:00+02:00',
    ...over,
  }),
  immunization: (patient: string, encounter: string | undefined, over: object = {}): Resource => ({
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: coded('http://hl7.org/fhir/sid/cvx', '140', 'Influenza, seasonal, injectable'),
    patient: refer(patient),
    ...(encounter && { encounter: refer(encounter) }),
    occurrenceDateTime: '2019-03-01T10:00:00+02:00',
    primarySource: true,
    ...over,
  }),
  claim: (patient: string): Resource => ({ resourceType: 'Claim', status: 'active', patient: refer(patient) }),
} as const;

/** Entries of a bundle, each under the name by which the others refer to it. */
export const named = (resources: Readonly<Record<string, Resource>>): BundleEntry[] =>
  Object.entries(resources).map(([name, resource]) => ({
    fullUrl: urlOf(name),
    resource: { ...resource, id: idFor('test', name) },
  }));

export const bundleOf = (entries: readonly BundleEntry[]): object => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: entries,
});

/** As the translations get them. */
export function entriesOf(resources: Readonly<Record<string, Resource>>): Record<string, Entry> {
  const names = Object.keys(resources);
  const plain = JSON.parse(JSON.stringify(named(resources))) as { fullUrl: string; resource: Resource }[];
  return Object.fromEntries(
    plain.map(({ fullUrl, resource }, index) => [
      names[index]!,
      { index, type: resource.resourceType, url: fullUrl, resource: new Element(resource, `entry[${index}].resource`) },
    ]),
  );
}

/** One resource, in the chart of `p1` and, where it is said so, in an encounter. */
export function translated<T>(
  resource: Resource,
  translate: (entry: Entry, place: { patientId: string; encounterId?: string; references: References }) => T,
  others: Readonly<Record<string, Resource>> = {},
): T {
  const entries = entriesOf({ it: resource, ...others });
  const references = new References(Object.values(entries));
  return translate(entries['it']!, { patientId: 'p1', encounterId: 'e1', references });
}

export const failure = (code: string, path?: string): Error =>
  expect.objectContaining({ outcome: 'failed', code, ...(path && { path: `entry[0].resource.${path}` }) }) as Error;
export const skip = (code: string): Error => expect.objectContaining({ outcome: 'skipped', code }) as Error;
