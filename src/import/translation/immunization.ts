import { RecordImmunization } from '../../records/commands/record-immunization.js';
import { codeOf, optionalCode, optionalQuantity } from '../fhir/data-types.js';
import { leftOut } from '../fhir/not-imported.js';
import type { Entry } from '../fhir/references.js';
import { dateOrInstantOf } from '../fhir/times.js';
import { idOf, referredPractitioner } from '../ids.js';
import { type ChartPlace, encounterOf } from './chart-place.js';

const statuses = ['completed', 'not-done', 'entered-in-error'] as const;

export function immunizationOf(entry: Entry, place: ChartPlace): RecordImmunization {
  const { resource } = entry;
  const status = resource.field('status').oneOf(statuses) ?? 'completed';
  if (status !== 'completed') throw leftOut(`status ${status}`);
  const lotNumber = resource.field('lotNumber').optionalText();
  const doseNumber = resource.first('protocolApplied').field('doseNumberPositiveInt').optionalNumber();
  const dose = optionalQuantity(resource.field('doseQuantity'));
  const site = optionalCode(resource.field('site'));
  const route = optionalCode(resource.field('route'));
  const performerId = referredPractitioner(resource.first('performer').field('actor'), place.references);
  const primarySource = resource.field('primarySource').optionalBoolean();
  return new RecordImmunization(
    idOf(entry),
    place.patientId,
    {
      ...encounterOf(place),
      code: codeOf(resource.field('vaccineCode')),
      occurredAt: dateOrInstantOf(resource.field('occurrenceDateTime')),
      ...(lotNumber && { lotNumber }),
      ...(doseNumber !== undefined && { doseNumber }),
      ...(dose && { dose }),
      ...(site && { site }),
      ...(route && { route }),
      ...(performerId && { performerId }),
      ...(primarySource !== undefined && { primarySource }),
    },
    true,
  );
}
