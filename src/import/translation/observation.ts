import { RecordObservations } from '../../records/commands/record-observations.js';
import {
  interpretations,
  type Measurement,
  type Observation,
  type ObservationCategory,
  observationCategories,
  observationStatuses,
  type ObservedValue,
  type ReferenceRange,
} from '../../records/events/observation-events.js';
import { codeOf, optionalCode, optionalQuantity } from '../fhir/data-types.js';
import type { Element } from '../fhir/element.js';
import { leftOut, unusable } from '../fhir/not-imported.js';
import type { Entry } from '../fhir/references.js';
import { firstOf, instantOf } from '../fhir/times.js';
import { idOf, panelIdOf } from '../ids.js';
import { type ChartPlace, encounterOf } from './chart-place.js';

const statuses = [...observationStatuses, 'unknown'] as const;

/** Of an observation, what decides in which panel it goes, and what goes there. */
export interface Observed {
  readonly entry: Entry;
  readonly effectiveAt: string;
  readonly status: 'preliminary' | 'final';
  readonly observation: Observation;
}

/** What was measured together: at one moment of one encounter. */
export interface Panel {
  readonly id: string;
  readonly observed: readonly Observed[];
}

export function observedOf(entry: Entry): Observed {
  const { resource } = entry;
  const measurement = measurementOf(resource);
  const components = resource
    .items('component')
    .map(measurementOf)
    .filter(({ value }) => value !== undefined);
  if (measurement.value === undefined && components.length === 0) throw withoutValue(resource);
  const category = categoryOf(resource);
  return {
    entry,
    effectiveAt: instantOf(
      firstOf(
        resource.field('effectiveDateTime'),
        resource.field('effectiveInstant'),
        resource.at('effectivePeriod.start'),
        resource.field('issued'),
      ),
    ),
    status: statusOf(resource),
    observation: { ...measurement, ...(category && { category }), ...(components.length > 0 && { components }) },
  };
}

/** `context` is the encounter, or the patient where there was none. */
export function panelsOf(observed: readonly Observed[], context: Entry): Panel[] {
  const panels = new Map<string, Observed[]>();
  for (const each of observed) {
    const id = panelIdOf(context, each.effectiveAt, each.status);
    panels.set(id, [...(panels.get(id) ?? []), each]);
  }
  return [...panels].map(([id, together]) => ({ id, observed: together }));
}

export function recordingOf({ id, observed }: Panel, place: ChartPlace): RecordObservations {
  const { effectiveAt, status } = observed[0]!;
  const observations = observed.map(({ observation }) => observation);
  return new RecordObservations(
    id,
    place.patientId,
    { effectiveAt, ...encounterOf(place), status, observations },
    true,
  );
}

/** An observation that came later than its panel gets one of its own. */
export const latePanelOf = (observed: Observed): Panel => ({ id: idOf(observed.entry), observed: [observed] });

/** Two observations say the same when these are equal, whatever was added to one of them when it was recorded. */
export const sayingOf = (observation: Observation): string =>
  JSON.stringify(
    [observation, ...(observation.components ?? [])].map(({ code, value }) => [code.system, code.code, plain(value)]),
  );

function plain(value: ObservedValue | undefined): unknown {
  if (value?.quantity) return [value.quantity.value, value.quantity.unit ?? value.quantity.code];
  if (value?.code) return [value.code.system, value.code.code];
  return value?.string ?? value?.boolean ?? value?.integer;
}

function statusOf(resource: Element): Observed['status'] {
  const status = resource.field('status').oneOf(statuses) ?? 'final';
  if (status === 'registered' || status === 'preliminary') return 'preliminary';
  if (status === 'final' || status === 'amended' || status === 'corrected') return 'final';
  throw leftOut(`status ${status}`);
}

/** With Synthea's own spelling of one. */
const CATEGORIES = new Map<string | undefined, ObservationCategory>([
  ...observationCategories.map((category) => [category, category] as const),
  ['vital-sign', 'vital-signs'],
]);

/** Categories of others, such as those of a profile, have no place here. */
const categoryOf = (resource: Element): ObservationCategory | undefined =>
  resource
    .items('category')
    .flatMap((concept) => concept.items('coding'))
    .map((coding) => CATEGORIES.get(coding.field('code').optionalText()))
    .find((category) => category !== undefined);

function measurementOf(element: Element): Measurement {
  const value = valueOf(element);
  const code = element.first('interpretation').first('coding').field('code').optionalText();
  const interpretation = interpretations.find((one) => one === code);
  const referenceRange = rangeOf(element.first('referenceRange'));
  return {
    code: codeOf(element.field('code')),
    ...(value && { value }),
    ...(interpretation && { interpretation }),
    ...(referenceRange && { referenceRange }),
  };
}

function withoutValue(resource: Element) {
  const [kind] = resource.choices('value');
  return leftOut(kind ? `${kind} has no place here` : 'no value');
}

function valueOf(element: Element): ObservedValue | undefined {
  const quantity = element.field('valueQuantity');
  const comparator = quantity.field('comparator').optionalText();
  if (comparator) return { string: compared(quantity, comparator) };
  const measured = optionalQuantity(quantity);
  if (measured) return { quantity: measured };

  const concept = element.field('valueCodeableConcept');
  const code = optionalCode(concept);
  if (code) return { code };
  const string = concept.field('text').optionalText() ?? element.field('valueString').optionalText();
  if (string) return { string };

  const boolean = element.field('valueBoolean').optionalBoolean();
  if (boolean !== undefined) return { boolean };
  const integer = element.field('valueInteger').optionalNumber();
  if (integer === undefined) return undefined;
  if (!Number.isInteger(integer)) throw unusable('wrong-type', element.field('valueInteger').path);
  return { integer };
}

/** `< 5 mg/dL` is no number: what is below or above a number must not be drawn as that number. */
const compared = (quantity: Element, comparator: string): string =>
  [comparator, quantity.field('value').optionalNumber(), quantity.field('unit').optionalText()]
    .filter((part) => part !== undefined)
    .join(' ');

function rangeOf(range: Element): ReferenceRange | undefined {
  if (!range.exists) return undefined;
  const low = range.at('low.value').optionalNumber();
  const high = range.at('high.value').optionalNumber();
  const text = range.field('text').optionalText();
  return {
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
    ...(text && { text }),
  };
}
