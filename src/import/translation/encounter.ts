import { BookAppointment } from '../../appointments/commands/book-appointment.js';
import { CheckIn } from '../../appointments/commands/check-in.js';
import { FulfilAppointmentOfEncounter } from '../../appointments/commands/fulfil-appointment-of-encounter.js';
import type { Instant } from '../../event-sourcing/index.js';
import { FinishEncounter } from '../../records/commands/finish-encounter.js';
import { StartEncounter } from '../../records/commands/start-encounter.js';
import { encounterClasses, type EncounterDetails } from '../../records/events/encounter-events.js';
import { optionalCode } from '../fhir/data-types.js';
import { leftOut, unusable } from '../fhir/not-imported.js';
import type { Entry, References } from '../fhir/references.js';
import { instantOf, optionalInstant } from '../fhir/times.js';
import { appointmentIdOf, encounterIdOf, IMPORTED_ENCOUNTER, referredPractitioner } from '../ids.js';

const MINUTE = 60_000;

/** An encounter, and the appointment that it is replayed as where it had a practitioner. */
export interface Visit {
  readonly encounterId: string;
  readonly appointmentId: string;
  /** In the order in which they happen; none of them where the encounter had no practitioner. */
  readonly appointment?: {
    readonly book: BookAppointment;
    readonly checkIn: CheckIn;
    readonly fulfil?: FulfilAppointmentOfEncounter;
  };
  readonly start: (appointmentId?: string) => StartEncounter;
  /** Where it is finished. */
  readonly finish?: FinishEncounter;
}

export function visitOf(entry: Entry, patientId: string, references: References, now: Instant): Visit {
  const { resource } = entry;
  const finished = isFinished(entry);
  const start = instantOf(resource.at('period.start'));
  const endElement = resource.at('period.end');
  const end = finished ? instantOf(endElement) : optionalInstant(endElement);
  // Checked here too: the appointment is booked before the records see these times.
  if (start > now) throw unusable('effective-in-future', `${resource.path}.period.start`);
  if (end !== undefined && end < start) throw unusable('ends-before-start', endElement.path);
  if (finished && end !== undefined && end > now) throw unusable('effective-in-future', endElement.path);

  const encounterId = encounterIdOf(entry);
  const appointmentId = appointmentIdOf(entry);
  const practitionerId = practitionerOf(entry, references);
  const details = detailsOf(entry, start, practitionerId);
  return {
    encounterId,
    appointmentId,
    ...(practitionerId && {
      appointment: {
        book: new BookAppointment(
          appointmentId,
          { patientId, serviceTypeId: IMPORTED_ENCOUNTER, resourceIds: [practitionerId], start },
          end === undefined ? {} : { end: atLeastOneMinute(start, end) },
        ),
        checkIn: new CheckIn(appointmentId, start),
        ...(finished && {
          fulfil: new FulfilAppointmentOfEncounter(appointmentId, patientId, encounterId, end ?? start),
        }),
      },
    }),
    start: (booked) =>
      new StartEncounter(encounterId, patientId, { ...details, ...(booked && { appointmentId: booked }) }),
    ...(finished && { finish: new FinishEncounter(encounterId, end) }),
  };
}

/** Others have no commands yet: what was planned or cancelled never became an encounter here. */
function isFinished({ resource }: Entry): boolean {
  const status = resource.field('status').text();
  if (status === 'finished') return true;
  if (status === 'in-progress') return false;
  throw leftOut(`status ${/^[a-z-]{1,20}$/.test(status) ? status : 'unknown'}`);
}

function detailsOf({ resource }: Entry, start: Instant, practitionerId: string | undefined): EncounterDetails {
  const classElement = resource.at('class.code');
  const encounterClass = classElement.oneOf(encounterClasses);
  if (encounterClass === undefined) throw unusable('missing-field', classElement.path);
  const type = optionalCode(resource.first('type'));
  const reason = optionalCode(resource.first('reasonCode'));
  return {
    class: encounterClass,
    start,
    ...(practitionerId && { practitionerId }),
    ...(type && { type }),
    ...(reason && { reason }),
  };
}

function practitionerOf({ resource }: Entry, references: References): string | undefined {
  for (const participant of resource.items('participant')) {
    const practitionerId = referredPractitioner(participant.field('individual'), references);
    if (practitionerId) return practitionerId;
  }
  return undefined;
}

/** What happened in one moment still takes time. */
const atLeastOneMinute = (start: Instant, end: Instant): Instant =>
  end > start ? end : new Date(Date.parse(start) + MINUTE).toISOString();
