import { RecordCondition } from '../../records/commands/record-condition.js';
import {
  conditionClinicalStatuses,
  conditionVerificationStatuses,
  type Severity,
} from '../../records/events/condition-events.js';
import { codeOf, statusOf } from '../fhir/data-types.js';
import type { Element } from '../fhir/element.js';
import { leftOut } from '../fhir/not-imported.js';
import type { Entry } from '../fhir/references.js';
import { firstOf, optionalDateOrInstant } from '../fhir/times.js';
import { idOf } from '../ids.js';
import { type ChartPlace, encounterOf } from './chart-place.js';

/** One command, also of a condition that is over: it is taken over as it stands, with the time of its abatement. */
export function conditionOf(entry: Entry, place: ChartPlace): RecordCondition {
  const { resource } = entry;
  mustNotBeInError(resource);
  const clinicalStatus = statusOf(resource.field('clinicalStatus'), conditionClinicalStatuses);
  const verificationStatus = statusOf(resource.field('verificationStatus'), conditionVerificationStatuses);
  const severity = severityOf(resource.field('severity'));
  const onset = optionalDateOrInstant(firstOf(resource.field('onsetDateTime'), resource.at('onsetPeriod.start')));
  const recordedDate = optionalDateOrInstant(resource.field('recordedDate'));
  const abatement = optionalDateOrInstant(
    firstOf(resource.field('abatementDateTime'), resource.at('abatementPeriod.end')),
  );
  return new RecordCondition(
    idOf(entry),
    place.patientId,
    {
      ...encounterOf(place),
      code: codeOf(resource.field('code')),
      ...(clinicalStatus && { clinicalStatus }),
      ...(verificationStatus && { verificationStatus }),
      ...(severity && { severity }),
      ...(onset && { onset }),
      ...(recordedDate && { recordedDate }),
      ...(abatement && { abatement }),
    },
    true,
  );
}

/** There is nothing to withdraw from a chart that never had it. */
export function mustNotBeInError(resource: Element): void {
  if (resource.field('verificationStatus').first('coding').field('code').value === 'entered-in-error') {
    throw leftOut('status entered-in-error');
  }
}

/** SNOMED CT, as FHIR's condition-severity has them. */
const SEVERITIES = new Map<string | undefined, Severity>([
  ['255604002', 'mild'],
  ['6736007', 'moderate'],
  ['24484000', 'severe'],
]);

const severityOf = (severity: Element) => SEVERITIES.get(severity.first('coding').field('code').optionalText());
