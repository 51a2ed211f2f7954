import { RecordAllergy } from '../../records/commands/record-allergy.js';
import {
  allergyCategories,
  allergyClinicalStatuses,
  allergyTypes,
  allergyVerificationStatuses,
  criticalities,
} from '../../records/events/allergy-events.js';
import { severities } from '../../records/events/condition-events.js';
import { codeOf, optionalCode, statusOf } from '../fhir/data-types.js';
import type { Element } from '../fhir/element.js';
import type { Entry } from '../fhir/references.js';
import { firstOf, optionalDateOrInstant } from '../fhir/times.js';
import { idOf } from '../ids.js';
import { type ChartPlace, encounterOf } from './chart-place.js';
import { mustNotBeInError } from './condition.js';

export function allergyOf(entry: Entry, place: ChartPlace): RecordAllergy {
  const { resource } = entry;
  mustNotBeInError(resource);
  const type = resource.field('type').oneOf(allergyTypes);
  const criticality = resource.field('criticality').oneOf(criticalities);
  const clinicalStatus = statusOf(resource.field('clinicalStatus'), allergyClinicalStatuses);
  const verificationStatus = statusOf(resource.field('verificationStatus'), allergyVerificationStatuses);
  const onset = optionalDateOrInstant(firstOf(resource.field('onsetDateTime'), resource.at('onsetPeriod.start')));
  const recordedDate = optionalDateOrInstant(resource.field('recordedDate'));
  return new RecordAllergy(
    idOf(entry),
    place.patientId,
    {
      ...encounterOf(place),
      code: codeOf(resource.field('code')),
      ...(type && { type }),
      category: resource.items('category').flatMap((category) => category.oneOf(allergyCategories) ?? []),
      ...(criticality && { criticality }),
      ...(clinicalStatus && { clinicalStatus }),
      ...(verificationStatus && { verificationStatus }),
      ...(onset && { onset }),
      ...(recordedDate && { recordedDate }),
      reactions: resource.items('reaction').flatMap(reactionsOf),
    },
    true,
  );
}

/** One for each manifestation, those that are in words alone left out. */
function reactionsOf(reaction: Element) {
  const severity = reaction.field('severity').oneOf(severities);
  const onset = optionalDateOrInstant(reaction.field('onset'));
  return reaction.items('manifestation').flatMap((concept) => {
    const manifestation = optionalCode(concept);
    return manifestation ? [{ manifestation, ...(severity && { severity }), ...(onset && { onset }) }] : [];
  });
}
