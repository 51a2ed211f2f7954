import type { TestApp } from './app.js';
import type { Answer, Client } from './client.js';

export const NOWHERE = '018f0000-0000-7000-8000-00000000dead';

export const snomed = (code: string, display?: string) => ({ system: 'http://snomed.info/sct', code, display });
export const loinc = (code: string, display?: string) => ({ system: 'http://loinc.org', code, display });
export const rxnorm = (code: string, display?: string) => ({
  system: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  code,
  display,
});
export const cvx = (code: string, display?: string) => ({ system: 'http://hl7.org/fhir/sid/cvx', code, display });

export const hypertension = snomed('38341003', 'Hypertensive disorder');
export const asthma = snomed('195967001', 'Asthma');
export const paracetamol = rxnorm('313782', 'Acetaminophen 325 MG Oral Tablet');
export const systolic = loinc('8480-6', 'Systolic blood pressure');
export const diastolic = loinc('8462-4', 'Diastolic blood pressure');

export const quantity = (value: number, code: string, unit = code) => ({ quantity: { value, unit, code } });
export const bloodPressure = (high: number, low: number) => ({
  code: loinc('85354-9', 'Blood pressure panel'),
  components: [
    { code: systolic, value: quantity(high, 'mm[Hg]', 'mmHg') },
    { code: diastolic, value: quantity(low, 'mm[Hg]', 'mmHg') },
  ],
});

export const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** What a clinician does in these suites, in the words of the API. */
export class Clinician {
  private constructor(
    private readonly app: TestApp,
    readonly client: Client,
  ) {}

  static at(app: TestApp): Clinician {
    return new Clinician(app, app.client('practitioner'));
  }

  async registerPatient(family = 'Lovelace'): Promise<string> {
    const answer = await this.app.client('receptionist').post('/v1/patients', {
      name: { family, given: ['Ada'] },
      birthDate: '1980-02-29',
      gender: 'female',
      identifiers: [],
      telecom: [],
    });
    expect(answer.status).toBe(201);
    return answer.body.id;
  }

  async created(path: string, body: object): Promise<string> {
    const answer = await this.client.post(path, body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body.id;
  }

  startEncounter(patientId: string, details: object = {}): Promise<string> {
    return this.created('/v1/encounters', { patientId, class: 'AMB', start: minutesAgo(10), ...details });
  }

  recordCondition(patientId: string, details: object = {}): Promise<string> {
    return this.created(`/v1/patients/${patientId}/conditions`, {
      code: hypertension,
      onset: '2019-04-03',
      ...details,
    });
  }

  recordObservations(patientId: string, effectiveAt: string, observations: object[], rest: object = {}) {
    return this.created(`/v1/patients/${patientId}/observations`, { effectiveAt, observations, ...rest });
  }

  /** Reads what every earlier command of this suite has left behind. */
  async read(path: string): Promise<Answer> {
    await this.app.settle();
    return this.client.get(path);
  }
}

export const isProblem = (status: number, code: string) => ({ status, body: { code } });
