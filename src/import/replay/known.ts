import { Injectable } from '@nestjs/common';
import { Facts, Streams } from '../../event-sourcing/index.js';
import { AppointmentBooked } from '../../appointments/events/appointment-events.js';
import { ScheduleDefined } from '../../appointments/events/schedule-events.js';
import { ServiceTypeDefined } from '../../appointments/events/service-type-defined.js';
import { PatientRegistered } from '../../patients/events/patient-registered.js';
import { AllergyRecorded } from '../../records/events/allergy-events.js';
import { ConditionRecorded } from '../../records/events/condition-events.js';
import { EncounterStarted } from '../../records/events/encounter-events.js';
import { ImmunizationRecorded } from '../../records/events/immunization-events.js';
import { MedicationPrescribed } from '../../records/events/medication-events.js';
import { type Observation, ObservationsRecorded } from '../../records/events/observation-events.js';
import { sayingOf } from '../translation/observation.js';
import { idOf } from '../ids.js';
import type { ChartEntries, PatientPlan } from './plan.js';

/**
 * What an earlier import has left, folded from the published events of the modules: only what is missing is sent. What has
 * happened to it since, a correction or an amendment, is not undone.
 */
class Imported extends Facts {
  static readonly of = 'entry';
  static readonly begins = [
    PatientRegistered,
    ScheduleDefined,
    ServiceTypeDefined,
    AppointmentBooked,
    EncounterStarted,
    ConditionRecorded,
    AllergyRecorded,
    MedicationPrescribed,
    ObservationsRecorded,
    ImmunizationRecorded,
  ];

  /** That a death was recorded once: if it was reverted, then by somebody who knew better. */
  deathRecorded = false;
  finished = false;
  checkedIn = false;
  /** No more is to happen to the appointment: it is fulfilled, cancelled or missed. */
  settled = false;
  /** Cancelled, as by an import that could not start its encounter. */
  withdrawn = false;
  /** How often each was said in a panel. */
  readonly observed = new Map<string, number>();

  onPatientDeceased(): void {
    this.deathRecorded = true;
  }

  onPatientCheckedIn(): void {
    this.checkedIn = true;
  }

  onAppointmentFulfilled(): void {
    this.settled = true;
  }

  onAppointmentCancelled(): void {
    this.settled = true;
    this.withdrawn = true;
  }

  onAppointmentMissed(): void {
    this.settled = true;
  }

  onEncounterFinished(): void {
    this.finished = true;
  }

  onEncounterEnteredInError(): void {
    this.finished = true;
  }

  onObservationsRecorded({ data }: ObservationsRecorded): void {
    for (const observation of data.observations) {
      const saying = sayingOf(observation);
      this.observed.set(saying, (this.observed.get(saying) ?? 0) + 1);
    }
  }
}

export type { Imported };

/** What is there of one patient. */
export class Known {
  constructor(private readonly byId: ReadonlyMap<string, Imported>) {}

  get(id: string): Imported | undefined {
    return this.byId.get(id);
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  /** Takes one of the equal observations of a panel: two that say the same are two. */
  takeObservation(panelId: string, observation: Observation): boolean {
    const observed = this.byId.get(panelId)?.observed;
    const saying = sayingOf(observation);
    const left = observed?.get(saying) ?? 0;
    if (left > 0) observed!.set(saying, left - 1);
    return left > 0;
  }
}

@Injectable()
export class KnownStreams {
  constructor(private readonly streams: Streams) {}

  /** One round trip. */
  async of(ids: readonly string[]): Promise<Known> {
    if (ids.length === 0) return new Known(new Map());
    const found = await this.streams.find(...ids.map((id) => [Imported, id] as const));
    return new Known(new Map(found.flatMap((imported) => (imported ? [[imported.id, imported] as const] : []))));
  }

  ofPatient(plan: PatientPlan): Promise<Known> {
    const visits = plan.visits.flatMap((planned) => [
      planned.visit.encounterId,
      planned.visit.appointmentId,
      ...entryIds(planned),
    ]);
    return this.of([...new Set([plan.patientId, ...visits, ...entryIds(plan.withoutEncounter)])]);
  }
}

const entryIds = ({ recordings, panels }: ChartEntries): string[] => [
  ...recordings.map(({ id }) => id),
  ...panels.flatMap(({ id, observed }) => [id, ...observed.map(({ entry }) => idOf(entry))]),
];
