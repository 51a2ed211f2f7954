import { administer } from './test-database.js';
import { startTestApp, type TestApp } from './app.js';
import { readModelsEqualTheirFold } from './read-models.js';

describe('the comparison of read models with the fold of their events', () => {
  let app: TestApp;
  let patientId: string;

  beforeAll(async () => {
    app = await startTestApp();
    const patient = { name: { family: 'Lovelace', given: ['Ada'] }, birthDate: '1980-02-29', gender: 'female' };
    const receptionist = app.client('receptionist');
    patientId = (await receptionist.post('/v1/patients', patient)).body.id;
    await receptionist.post('/v1/patients', patient);
    await app.settle();
  });
  afterAll(() => app.close());

  it('counts the rows of every read table when all is well', async () => {
    expect(await readModelsEqualTheirFold(app.databaseUrl)).toMatchObject({ patient_summary: 2, agenda: 0 });
  });

  it.each([
    ['changed', "update read.patient_summary set birth_date = '1900-01-01' where id = '$id'"],
    [
      'changed in a part of a document',
      `update read.patient_summary set document = jsonb_set(document::jsonb, '{name,family}', '"Byron"') where id = '$id'`,
    ],
    ['lost', "delete from read.patient_charts where patient_id = '$id'"],
    ['invented', "insert into read.patient_name values (gen_random_uuid(), 'Nobody')"],
  ])('finds a row that was %s', async (_, change) => {
    const table = /read\.(\w+)/.exec(change)![1]!;
    await administer(app.databaseUrl, `create table public.kept as select * from read.${table}`);
    await administer(app.databaseUrl, change.replace('$id', patientId));
    await expect(readModelsEqualTheirFold(app.databaseUrl)).rejects.toThrow(`${table}: the `);
    await administer(
      app.databaseUrl,
      `delete from read.${table}`,
      `insert into read.${table} select * from public.kept`,
      'drop table public.kept',
    );
    await expect(readModelsEqualTheirFold(app.databaseUrl)).resolves.toBeDefined();
  });

  it('finds a read table that no projection fills', async () => {
    await administer(app.databaseUrl, 'create table read.forgotten (id uuid primary key)');
    await expect(readModelsEqualTheirFold(app.databaseUrl)).rejects.toThrow('No projection fills forgotten');
  });
});
