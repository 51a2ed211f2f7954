// Patients by the hundred thousand: events made here, copied into the log by COPY, and projected by the application itself.
import { once } from 'node:events';
import copyStreams from 'pg-copy-streams';
import { v7 } from 'uuid';
import { built } from './built.mjs';
import { connected } from './postgres.mjs';

const { newId } = await built('event-sourcing/ids');

const COMMON = [
  'Smith',
  'Johnson',
  'Williams',
  'Brown',
  'Garcia',
  'Miller',
  'Davis',
  'Rodriguez',
  'Martinez',
  'Hernandez',
  'Lopez',
  'Gonzalez',
  'Wilson',
  'Anderson',
  'Thomas',
  'Taylor',
  'Moore',
  'Jackson',
  'Lee',
  'Perez',
];

const birthDateOf = (n) => new Date(Date.UTC(1940, 0, 1) + ((n * 31) % 29000) * 86_400_000).toISOString().slice(0, 10);

export const familyNameOf = (n) => (n % 5 === 0 ? COMMON[(n / 5) % 20] : `Family${(n * 104729) % 1000}`);
/** Every thousand people of the same family names have other given names. */
export const givenNameOf = (n) => `Given${(n * 7919 + Math.floor(n / 1000) * 13) % 200}`;

/** The same people as in the CRUD peer's table: 1,000 family names (20 common ones weigh more), 200 given names. */
const registration = (n, patientId) => ({
  patientId,
  name: {
    family: familyNameOf(n),
    given: [givenNameOf(n)],
  },
  birthDate: birthDateOf(n),
  gender: n % 2 ? 'male' : 'female',
  telecom: [
    { system: 'phone', value: '+1-555-0100' },
    { system: 'email', value: 'someone@example.com' },
  ],
  address: { line: ['12 Harbour Street'], city: 'Springfield', postalCode: '49007', country: 'US' },
  identifiers: [{ system: 'urn:anamnesis:mrn', value: `seed-${n}`, type: 'MR' }],
});

const tsv = (values) =>
  `${values.map((value) => (value === null ? '\\N' : String(value).replaceAll('\\', '\\\\'))).join('\t')}\n`;

export async function copy(client, target, lines) {
  const stream = client.query(copyStreams.from(`copy ${target} from stdin`));
  for (const line of lines) if (!stream.write(tsv(line))) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}

/** Fills an empty log. Each event begins a stream: { type, streamType, streamId, patientId, data }. */
async function copyFirstEvents(client, events) {
  let position = 0;
  const now = new Date().toISOString();
  await copy(
    client,
    'write.streams',
    map(events(), ({ streamId, streamType }) => [streamId, streamType, 1]),
  );
  await copy(
    client,
    'write.events',
    map(events(), ({ streamId, type, patientId, data }) => {
      const metadata = { actor: 'generator', correlationId: '00000000-0000-4000-8000-000000000000', patientId };
      return [++position, streamId, 1, newId(), type, 1, JSON.stringify(data), JSON.stringify(metadata), now];
    }),
  );
  await client.query(`select setval('write.event_position', $1)`, [position]);
}

function* map(values, change) {
  for (const value of values) yield change(value);
}

const registered = (n, patientId) => ({
  type: 'patients.patient-registered',
  streamType: 'patients.patient',
  streamId: patientId,
  patientId,
  data: registration(n, patientId),
});

const claim = (n, patientId) => ['urn:anamnesis:mrn', `seed-${n}`, patientId, false];

const inTransaction = (url, work) =>
  connected(url, async (client) => {
    await client.query('begin');
    await work(client);
    await client.query('commit');
    await client.query('analyze');
  });

/** Writes `count` registered patients into an empty log. Returns their ids. */
export async function generatePatients(url, count) {
  const ids = Array.from({ length: count }, () => newId());
  await inTransaction(url, async (client) => {
    await copyFirstEvents(client, function* () {
      for (const [i, id] of ids.entries()) yield registered(i + 1, id);
    });
    await copy(
      client,
      'write.patient_identifiers',
      map(ids.entries(), ([i, id]) => claim(i + 1, id)),
    );
  });
  return ids;
}

/** Events of one patient in `generateClinic`. */
export const EVENTS_PER_PATIENT = 5;
const PATIENTS_PER_PRACTITIONER = 40;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * A clinic of so many patients, each with an appointment to come, an encounter, a condition and a blood pressure, and a
 * practitioner for every 40 of them. Returns what of it can be asked for.
 */
export async function generateClinic(url, count) {
  const people = Array.from({ length: count }, () => ({
    patient: newId(),
    encounter: newId(),
    condition: newId(),
    observation: newId(),
    appointment: newId(),
  }));
  // One came each day. GiST sees the first 53 bits of an id, which are a moment: those of one millisecond all look alike to it.
  const practitioners = Array.from({ length: Math.ceil(count / PATIENTS_PER_PRACTITIONER) }, (_, i) => ({
    id: v7({ msecs: Date.now() - i * DAY }),
    type: 'practitioner',
    name: `Practitioner ${i}`,
  }));
  const serviceType = newId();
  const tomorrow = Math.ceil(Date.now() / DAY) * DAY;
  const practitionerOf = (i) => practitioners[Math.floor(i / PATIENTS_PER_PRACTITIONER)];
  const timeOf = (i) => {
    const from = tomorrow + (i % PATIENTS_PER_PRACTITIONER) * 30 * MINUTE;
    return [from, from + 20 * MINUTE].map((at) => new Date(at).toISOString());
  };

  await inTransaction(url, async (client) => {
    await copyFirstEvents(client, function* () {
      yield serviceDefined(serviceType);
      for (const practitioner of practitioners) yield scheduleDefined(practitioner);
      for (const [i, ids] of people.entries()) {
        yield registered(i + 1, ids.patient);
        yield* clinicalEvents(i, ids, practitionerOf(i).id);
        yield booked(ids, serviceType, practitionerOf(i), timeOf(i));
      }
    });
    await copy(
      client,
      'write.patient_identifiers',
      map(people.entries(), ([i, { patient }]) => claim(i + 1, patient)),
    );
    await copy(
      client,
      'write.resource_allocations (resource_id, during, kind, appointment_id, patient_id)',
      map(people.entries(), ([i, { patient, appointment }]) => [
        practitionerOf(i).id,
        `[${timeOf(i).join(',')})`,
        'booking',
        appointment,
        patient,
      ]),
    );
  });
  return { people, practitioners, serviceType, tomorrow: new Date(tomorrow).toISOString() };
}

const at = '2026-01-05T09:00:00.000Z';

const serviceDefined = (id) => ({
  type: 'appointments.service-type-defined',
  streamType: 'appointments.service-type',
  streamId: id,
  data: {
    name: 'Review',
    durationMinutes: 20,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    slotIntervalMinutes: 20,
    minimumNoticeMinutes: 0,
    horizonDays: 365,
    cancellationCutoffMinutes: 60,
    patientOverlap: 'warn',
    bookableByPatient: true,
    at,
  },
});

const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
/** Around the clock. */
export const weeklyHours = WEEK.map((day) => ({ day, from: '00:00', to: '24:00' }));

const scheduleDefined = ({ id, type, name }) => ({
  type: 'appointments.schedule-defined',
  streamType: 'appointments.schedule',
  streamId: id,
  data: { resource: { type, name }, timeZone: 'UTC', weeklyHours, at },
});

function* clinicalEvents(i, { patient: patientId, encounter, condition, observation }, practitionerId) {
  yield {
    type: 'records.encounter-started',
    streamType: 'records.encounter',
    streamId: encounter,
    patientId,
    data: { patientId, class: 'AMB', start: at, practitionerId },
  };
  yield {
    type: 'records.condition-recorded',
    streamType: 'records.condition',
    streamId: condition,
    patientId,
    data: {
      patientId,
      encounterId: encounter,
      effectiveAt: at,
      code: { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'I10', display: 'Essential (primary) hypertension' },
      clinicalStatus: 'active',
      verificationStatus: 'confirmed',
    },
  };
  yield {
    type: 'records.observations-recorded',
    streamType: 'records.observation-set',
    streamId: observation,
    patientId,
    data: {
      patientId,
      encounterId: encounter,
      effectiveAt: at,
      status: 'final',
      observations: [
        {
          category: 'vital-signs',
          code: { system: 'http://loinc.org', code: '8480-6', display: 'Systolic blood pressure' },
          value: { quantity: { value: 110 + (i % 40), unit: 'mmHg', code: 'mm[Hg]' } },
        },
      ],
    },
  };
}

function booked({ patient: patientId, appointment }, serviceTypeId, practitioner, [start, end]) {
  return {
    type: 'appointments.appointment-booked',
    streamType: 'appointments.appointment',
    streamId: appointment,
    patientId,
    data: {
      patientId,
      serviceTypeId,
      serviceTypeName: 'Review',
      resources: [practitioner],
      time: { start, end, timeZone: 'UTC', localStart: start.replace('.000Z', '+00:00'), busyFrom: start, busyTo: end },
      cancellationCutoffMinutes: 60,
      at,
    },
  };
}
