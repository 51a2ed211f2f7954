// Patients by the hundred thousand: events made here, copied into the log by COPY, and projected by the application itself.
import { once } from 'node:events';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { built } from './built.mjs';

const { newId } = await built('event-sourcing/ids');

const common = [
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

/** The same people as in the CRUD peer's table: 1,000 family names (20 common ones weigh more), 200 given names. */
export const registration = (n, patientId) => ({
  patientId,
  name: {
    family: n % 5 === 0 ? common[(n / 5) % 20] : `Family${(n * 104729) % 1000}`,
    given: [`Given${(n * 7919) % 200}`],
  },
  birthDate: new Date(Date.UTC(1940, 0, 1) + ((n * 31) % 29000) * 86_400_000).toISOString().slice(0, 10),
  gender: n % 2 ? 'male' : 'female',
  telecom: [
    { system: 'phone', value: '+1-555-0100' },
    { system: 'email', value: 'someone@example.com' },
  ],
  address: { line: ['12 Harbour Street'], city: 'Springfield', postalCode: '49007', country: 'US' },
  identifiers: [{ system: 'urn:anamnesis:mrn', value: `seed-${n}`, type: 'MR' }],
});

const tsv = (values) => `${values.map((value) => String(value).replaceAll('\\', '\\\\')).join('\t')}\n`;

async function copy(client, target, lines) {
  const stream = client.query(copyStreams.from(`copy ${target} from stdin`));
  for (const line of lines()) if (!stream.write(line)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}

/** Writes `count` registered patients into an empty log. Returns their ids. */
export async function generatePatients(url, count) {
  const ids = Array.from({ length: count }, () => newId());
  const metadata = (patientId) =>
    JSON.stringify({ actor: 'generator', correlationId: '00000000-0000-4000-8000-000000000000', patientId });
  const now = new Date().toISOString();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await copy(client, 'write.streams', function* () {
    for (const id of ids) yield tsv([id, 'patients.patient', 1]);
  });
  await copy(client, 'write.events', function* () {
    for (const [i, id] of ids.entries()) {
      const data = JSON.stringify(registration(i + 1, id));
      yield tsv([i + 1, id, 1, newId(), 'patients.patient-registered', 1, data, metadata(id), now]);
    }
  });
  await copy(client, 'write.patient_identifiers', function* () {
    for (const [i, id] of ids.entries()) yield tsv(['urn:anamnesis:mrn', `seed-${i + 1}`, id, false]);
  });
  await client.query(`select setval('write.event_position', $1)`, [count]);
  await client.query('commit');
  await client.query('analyze write.streams, write.events, write.patient_identifiers');
  await client.end();
  return ids;
}
