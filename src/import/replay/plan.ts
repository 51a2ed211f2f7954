import type { ICommand } from '@nestjs/cqrs';
import type { Instant } from '../../event-sourcing/index.js';
import type { RecordDeath } from '../../patients/commands/record-death.js';
import type { RegisterPatient } from '../../patients/commands/register-patient.js';
import { leftOut, NotImported } from '../fhir/not-imported.js';
import { type Entry, References } from '../fhir/references.js';
import { encounterIdOf, idOf } from '../ids.js';
import { allergyOf } from '../translation/allergy-intolerance.js';
import type { ChartPlace } from '../translation/chart-place.js';
import { conditionOf } from '../translation/condition.js';
import { type Visit, visitOf } from '../translation/encounter.js';
import { immunizationOf } from '../translation/immunization.js';
import { prescriptionOf } from '../translation/medication-request.js';
import { observedOf, type Panel, panelsOf } from '../translation/observation.js';
import { deathOf, diedAtUnknownTime, registrationOf } from '../translation/patient.js';

/** One entry of the chart, by one command. */
export interface Recording {
  readonly entry: Entry;
  readonly id: string;
  readonly command: ICommand;
}

/** What goes into the chart at one place: in an encounter, or in none. */
export interface ChartEntries {
  readonly place: ChartPlace;
  readonly recordings: readonly Recording[];
  readonly panels: readonly Panel[];
}

export interface PlannedVisit extends ChartEntries {
  readonly entry: Entry;
  readonly visit: Visit;
}

/** All that a bundle says of one patient, as commands, in the order in which they are to be sent. */
export interface PatientPlan {
  readonly entry: Entry;
  readonly patientId: string;
  readonly register: RegisterPatient;
  readonly visits: readonly PlannedVisit[];
  readonly withoutEncounter: ChartEntries;
  readonly death?: RecordDeath;
  readonly diedAtUnknownTime: boolean;
}

/** Told of every entry for which there is no command, and why. */
export type Settle = (entry: Entry, fault: NotImported) => void;

export interface BundlePlan {
  readonly practitioners: readonly Entry[];
  readonly patients: readonly PatientPlan[];
}

/** Where entries name their patient. */
const SUBJECT: Readonly<Record<string, string>> = {
  Encounter: 'subject',
  Condition: 'subject',
  AllergyIntolerance: 'patient',
  Observation: 'subject',
  MedicationRequest: 'subject',
  Immunization: 'patient',
};

const recorders: Readonly<Record<string, (entry: Entry, place: ChartPlace) => ICommand>> = {
  Condition: conditionOf,
  AllergyIntolerance: allergyOf,
  MedicationRequest: prescriptionOf,
  Immunization: immunizationOf,
};

/** Turns a bundle into commands, without sending any. Pure. */
export function planOf(entries: readonly Entry[], now: Instant, settle: Settle): BundlePlan {
  const references = new References(entries);
  const seen = new Set<string>();
  const handled = entries.filter((entry) => {
    const reason = !isHandled(entry) ? 'not imported' : seen.has(entry.url) ? 'twice in the bundle' : undefined;
    if (reason) settle(entry, leftOut(reason));
    seen.add(entry.url);
    return reason === undefined;
  });
  const ofPatients = Map.groupBy(
    handled.filter(({ type }) => SUBJECT[type]),
    (entry) => attempt(entry, settle, () => references.find(entry.resource.field(SUBJECT[entry.type]!), 'Patient').url),
  );
  return {
    practitioners: handled.filter(({ type }) => type === 'Practitioner'),
    patients: handled
      .filter(({ type }) => type === 'Patient')
      .flatMap((entry) => patientPlan(entry, ofPatients.get(entry.url) ?? [], { references, now, settle }) ?? []),
  };
}

const isHandled = ({ type }: Entry): boolean => type === 'Patient' || type === 'Practitioner' || Boolean(SUBJECT[type]);

interface Planning {
  readonly references: References;
  readonly now: Instant;
  readonly settle: Settle;
}

function patientPlan(entry: Entry, entries: readonly Entry[], planning: Planning): PatientPlan | undefined {
  const { references, now, settle } = planning;
  const patientId = idOf(entry);
  const patient = attempt(entry, settle, () => ({
    register: registrationOf(entry),
    death: deathOf(entry),
    diedAtUnknownTime: diedAtUnknownTime(entry),
  }));
  if (!patient) {
    for (const each of entries) settle(each, leftOut('its patient is not imported'));
    return undefined;
  }

  const inEncounters = Map.groupBy(
    entries.filter(({ type }) => type !== 'Encounter'),
    (each) =>
      attempt(each, settle, () =>
        each.resource.at('encounter.reference').exists
          ? references.find(each.resource.field('encounter'), 'Encounter').url
          : WITHOUT_ENCOUNTER,
      ),
  );
  const visits = entries
    .filter(({ type }) => type === 'Encounter')
    .flatMap((encounter) => {
      const contents = inEncounters.get(encounter.url) ?? [];
      inEncounters.delete(encounter.url);
      const visit = attempt(encounter, settle, () => visitOf(encounter, patientId, references, now));
      if (!visit) {
        for (const each of contents) settle(each, leftOut('its encounter is not imported'));
        return [];
      }
      const place = { patientId, encounterId: encounterIdOf(encounter), references };
      return [{ entry: encounter, visit, ...chartEntries(contents, encounter, place, settle) }];
    });

  const withoutEncounter = inEncounters.get(WITHOUT_ENCOUNTER) ?? [];
  inEncounters.delete(WITHOUT_ENCOUNTER);
  inEncounters.delete(undefined);
  // What is left refers to an encounter of somebody else.
  for (const each of [...inEncounters.values()].flat()) {
    settle(
      each,
      new NotImported('failed', 'encounter-of-another-patient', `${each.resource.path}.encounter.reference`),
    );
  }
  const { register, death, diedAtUnknownTime: withoutTime } = patient;
  return {
    entry,
    patientId,
    register,
    visits,
    withoutEncounter: chartEntries(withoutEncounter, entry, { patientId, references }, settle),
    ...(death && { death }),
    diedAtUnknownTime: withoutTime,
  };
}

const WITHOUT_ENCOUNTER = '';

function chartEntries(entries: readonly Entry[], context: Entry, place: ChartPlace, settle: Settle): ChartEntries {
  const observed = entries
    .filter(({ type }) => type === 'Observation')
    .flatMap((entry) => attempt(entry, settle, () => observedOf(entry)) ?? []);
  const recordings = entries
    .filter(({ type }) => recorders[type])
    .flatMap((entry) => {
      const command = attempt(entry, settle, () => recorders[entry.type]!(entry, place));
      return command ? [{ entry, id: idOf(entry), command }] : [];
    });
  return { place, recordings, panels: panelsOf(observed, context) };
}

/** Runs a translation. What it cannot translate is settled. */
function attempt<T>(entry: Entry, settle: Settle, translate: () => T): T | undefined {
  try {
    return translate();
  } catch (error) {
    if (!(error instanceof NotImported)) throw error;
    settle(entry, error);
    return undefined;
  }
}
