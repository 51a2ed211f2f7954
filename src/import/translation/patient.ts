import { RecordDeath } from '../../patients/commands/record-death.js';
import { RegisterPatient } from '../../patients/commands/register-patient.js';
import {
  type Address,
  administrativeGenders,
  type ContactPoint,
  contactPointSystems,
  contactPointUses,
  type HumanName,
} from '../../patients/events/demographics.js';
import type { Identifier } from '../../patients/events/identifier.js';
import type { Element } from '../fhir/element.js';
import { unusable } from '../fhir/not-imported.js';
import type { Entry } from '../fhir/references.js';
import { optionalInstant } from '../fhir/times.js';
import { idOf } from '../ids.js';

/**
 * Names, identifiers, birth date, gender, telecom and one address. There is no place for further names, addresses and contacts,
 * nor for marital status, language, race, ethnicity and the other extensions.
 */
export function registrationOf(entry: Entry): RegisterPatient {
  const { resource } = entry;
  const address = addressOf(preferred(resource.items('address')));
  return new RegisterPatient(idOf(entry), {
    name: nameOf(officialName(resource)),
    birthDate: resource.field('birthDate').text(),
    gender: resource.field('gender').oneOf(administrativeGenders) ?? 'unknown',
    telecom: resource.items('telecom').flatMap(contactPointOf),
    ...(address && { address }),
    identifiers: distinct(resource.items('identifier').flatMap(identifierOf)),
  });
}

/** To be sent when all else of the patient is recorded. A death without a date cannot be recorded. */
export function deathOf(entry: Entry): RecordDeath | undefined {
  const deceasedAt = optionalInstant(entry.resource.field('deceasedDateTime'));
  return deceasedAt === undefined ? undefined : new RecordDeath(idOf(entry), deceasedAt);
}

export const diedAtUnknownTime = ({ resource }: Entry): boolean =>
  resource.field('deceasedBoolean').optionalBoolean() === true;

function officialName(resource: Element): Element {
  const names = resource.items('name');
  const name = names.find((each) => each.field('use').value === 'official') ?? preferred(names);
  if (!name) throw unusable('missing-field', `${resource.path}.name`);
  return name;
}

/** The first that is still in use. */
const preferred = (elements: readonly Element[]): Element | undefined =>
  elements.find((each) => each.field('use').value !== 'old') ?? elements[0];

function nameOf(name: Element): HumanName {
  const given = texts(name, 'given');
  const [prefix, suffix] = [texts(name, 'prefix').join(' '), texts(name, 'suffix').join(' ')];
  const family = name.field('family').optionalText() ?? name.field('text').optionalText() ?? given.pop();
  if (family === undefined) throw unusable('missing-field', `${name.path}.family`);
  return { family, given, ...(prefix && { prefix }), ...(suffix && { suffix }) };
}

const texts = (element: Element, name: string): string[] =>
  element.items(name).flatMap((item) => item.optionalText() ?? []);

function contactPointOf(point: Element): ContactPoint[] {
  const value = point.field('value').optionalText();
  if (value === undefined) return [];
  const use = point.field('use').oneOf(contactPointUses);
  return [{ system: point.field('system').oneOf(contactPointSystems) ?? 'other', value, ...(use && { use }) }];
}

function identifierOf(identifier: Element): Identifier[] {
  const [system, value] = [identifier.field('system').optionalText(), identifier.field('value').optionalText()];
  if (system === undefined || value === undefined || identifier.field('use').value === 'old') return [];
  const type = identifier.field('type').first('coding').field('code').optionalText();
  return [{ system, value, ...(type && { type }) }];
}

const distinct = (identifiers: readonly Identifier[]): Identifier[] => [
  ...new Map(identifiers.map((each) => [`${each.system}|${each.value}`, each])).values(),
];

function addressOf(address: Element | undefined): Address | undefined {
  if (!address) return undefined;
  const parts = ['city', 'state', 'postalCode', 'country'].flatMap((part) => {
    const text = address.field(part).optionalText();
    return text === undefined ? [] : [[part, text] as const];
  });
  return { line: texts(address, 'line'), ...Object.fromEntries(parts) };
}
