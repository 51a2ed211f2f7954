import { PrescribeMedication } from '../../records/commands/prescribe-medication.js';
import type { Code } from '../../records/events/code.js';
import { type Dosage, medicationStatuses } from '../../records/events/medication-events.js';
import { codeOf, optionalCode, optionalQuantity } from '../fhir/data-types.js';
import type { Element } from '../fhir/element.js';
import { leftOut } from '../fhir/not-imported.js';
import type { Entry, References } from '../fhir/references.js';
import { instantOf } from '../fhir/times.js';
import { idOf, referredPractitioner } from '../ids.js';
import { type ChartPlace, encounterOf } from './chart-place.js';

/** FHIR medicationrequest-intent: the others only propose or plan. */
const ORDERS = new Set(['order', 'original-order', 'reflex-order', 'filler-order', 'instance-order']);
const statuses = [...medicationStatuses, 'unknown'] as const;

/** One command, also of an order that has ended: it is taken over in the status that it has. */
export function prescriptionOf(entry: Entry, place: ChartPlace): PrescribeMedication {
  const { resource } = entry;
  const intent = resource.field('intent').text();
  if (!ORDERS.has(intent)) throw leftOut('intent other than order');
  const status = resource.field('status').oneOf(statuses) ?? 'active';
  if (status === 'entered-in-error' || status === 'unknown') throw leftOut(`status ${status}`);
  const dosage = dosageOf(resource.items('dosageInstruction'));
  const prescriberId = referredPractitioner(resource.field('requester'), place.references);
  return new PrescribeMedication(
    idOf(entry),
    place.patientId,
    {
      ...encounterOf(place),
      code: medicationOf(resource, place.references),
      status,
      authoredOn: instantOf(resource.field('authoredOn')),
      ...(dosage && { dosage }),
      ...(prescriberId && { prescriberId }),
    },
    true,
  );
}

/** The same order for a patient who has the medication already, or is allergic to it: it was prescribed all the same. */
export const inSpiteOfAlerts = ({ orderId, patientId, order, asHistory }: PrescribeMedication): PrescribeMedication =>
  new PrescribeMedication(orderId, patientId, { ...order, overrideReason: 'Prescribed elsewhere.' }, asHistory);

function medicationOf(resource: Element, references: References): Code {
  const reference = resource.field('medicationReference');
  if (!reference.exists) return codeOf(resource.field('medicationCodeableConcept'));
  const contained = containedIn(resource, reference);
  return codeOf((contained ?? references.find(reference, 'Medication').resource).field('code'));
}

function containedIn(resource: Element, reference: Element): Element | undefined {
  const target = reference.field('reference').optionalText();
  if (!target?.startsWith('#')) return undefined;
  return resource.items('contained').find((each) => each.field('id').value === target.slice(1));
}

/** Several instructions become one text. */
function dosageOf(instructions: readonly Element[]): Dosage | undefined {
  const [first] = instructions;
  if (!first) return undefined;
  const text = instructions.flatMap((each) => wordsOf(each)).join('; ');
  const dose = optionalQuantity(first.first('doseAndRate').field('doseQuantity'));
  const route = optionalCode(first.field('route'));
  const asNeeded = first.field('asNeededBoolean').optionalBoolean();
  if (!text && !dose && !route && asNeeded === undefined) return undefined;
  return {
    ...(text && { text }),
    ...(dose && { dose }),
    ...(route && { route }),
    ...(asNeeded !== undefined && { asNeeded }),
  };
}

function wordsOf(instruction: Element): string[] {
  const additional = instruction.items('additionalInstruction').flatMap((concept) => {
    return concept.field('text').optionalText() ?? optionalCode(concept)?.display ?? [];
  });
  return [instruction.field('text').optionalText() ?? timingOf(instruction.at('timing.repeat')), ...additional].flatMap(
    (words) => words ?? [],
  );
}

const UNITS = new Map<string | undefined, string>([
  ['s', 'second'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['wk', 'week'],
  ['mo', 'month'],
  ['a', 'year'],
]);

/** `2 times every 12 hours`, in words because FHIR's own structure of a timing has no place here. */
function timingOf(repeat: Element): string | undefined {
  const frequency = repeat.field('frequency').optionalNumber();
  const period = repeat.field('period').optionalNumber();
  const unit = UNITS.get(repeat.field('periodUnit').optionalText());
  if (frequency === undefined || period === undefined || unit === undefined) return undefined;
  const times = frequency === 1 ? 'once' : `${frequency} times`;
  return period === 1 ? `${times} every ${unit}` : `${times} every ${period} ${unit}s`;
}
