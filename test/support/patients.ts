import type { Answer, Client } from './client.js';
import type { Observer } from './observer.js';

export const demographics = (family = 'Lovelace') => ({
  name: { family, given: ['Ada'] },
  birthDate: '1980-02-29',
  gender: 'female',
});

export interface Registered {
  readonly id: string;
  /** Consistency token of the registration. */
  readonly token: string;
}

/** What a receptionist does with patients in these suites. An answer that is not as it must be fails the test. */
export class Desk {
  constructor(readonly client: Client) {}

  async register(family?: string): Promise<Registered> {
    const { status, body, headers } = await this.client.post('/v1/patients', demographics(family));
    expect([status, body.code]).toEqual([201, undefined]);
    return { id: String(body.id), token: headers.get('consistency-token')! };
  }

  /** Gives the patient another name. */
  rename(id: string, family: string, version: number): Promise<Answer> {
    return this.client.put(
      `/v1/patients/${id}/demographics`,
      { change: 'new', ...demographics(family) },
      { 'if-match': `"${version}"` },
    );
  }

  read({ id, token }: Registered): Promise<Answer> {
    return this.client.get(`/v1/patients/${id}`, { 'consistency-token': token });
  }

  /** Registers somebody and reads them back by their token. */
  async registersAndReads(family = 'Hopper'): Promise<Registered> {
    const registered = await this.register(family);
    const { status, body } = await this.read(registered);
    expect([status, body.code, body.name?.family]).toEqual([200, undefined, family]);
    return registered;
  }

  recordDeath(id: string): Promise<Answer> {
    return this.client.post(`/v1/patients/${id}/death`, { deceasedAt: new Date(Date.now() - 1000).toISOString() });
  }
}

/** An event as a build might store it that nobody here knows. */
export async function appendToPatient(
  observer: Observer,
  patientId: string,
  expectedVersion: number,
  { type, version = 1, data = {} }: { type: string; version?: number; data?: object },
): Promise<number> {
  const position = await observer.value<number>(
    `write.append_event($1::uuid, 'patients.patient', $2::int, gen_random_uuid(), $3, $4::smallint, $5::jsonb, $6::jsonb, null, null)`,
    [
      patientId,
      expectedVersion,
      type,
      version,
      JSON.stringify(data),
      JSON.stringify({ actor: 'stranger', correlationId: patientId, patientId }),
    ],
  );
  expect(position).toBeGreaterThan(0);
  return position;
}
