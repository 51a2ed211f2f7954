import type { TestApp } from './app.js';
import type { Answer, Client } from './client.js';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const DAY_MS = 24 * 60 * 60_000;

/** An instant on the Monday `weeks` after the next one: never sooner than tomorrow. */
export function monday(clock: string, weeks = 0): string {
  const today = new Date(new Date().toISOString().slice(0, 10)).getTime();
  const days = ((8 - new Date(today).getUTCDay()) % 7 || 7) + 7 * weeks;
  return `${new Date(today + days * DAY_MS).toISOString().slice(0, 10)}T${clock}:00.000Z`;
}

export const plusMinutes = (instant: string, minutes: number): string =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString();

/** What a booking needs, made over the API: a patient, a resource that is open from nine to five every day, a service. */
export class Clinic {
  readonly desk: Client;

  constructor(readonly app: TestApp) {
    this.desk = app.client('receptionist');
  }

  async patient(family = 'Lovelace'): Promise<string> {
    const name = { family, given: ['Ada'] };
    return this.created('/v1/patients', { name, birthDate: '1980-02-29', gender: 'female' });
  }

  schedule(definition: object = {}): Promise<string> {
    return this.created('/v1/schedules', {
      resource: { type: 'practitioner', name: 'Dr Amara Okafor' },
      timeZone: 'UTC',
      weeklyHours: DAYS.map((day) => ({ day, from: '09:00', to: '17:00' })),
      ...definition,
    });
  }

  room(): Promise<string> {
    return this.schedule({ resource: { type: 'room', name: 'Room 4' } });
  }

  service(terms: object = {}): Promise<string> {
    return this.created('/v1/service-types', { name: 'Consultation', durationMinutes: 30, ...terms });
  }

  book(booking: object, client = this.desk, headers?: Record<string, string>): Promise<Answer> {
    return client.post('/v1/appointments', booking, headers);
  }

  async booked(booking: object): Promise<string> {
    return this.created('/v1/appointments', booking);
  }

  async held(hold: object): Promise<string> {
    return this.created('/v1/holds', hold);
  }

  /** The appointment as it is once everything has been seen to. */
  async appointment(id: string): Promise<Answer['body']> {
    await this.app.settle();
    return (await this.desk.get(`/v1/appointments/${id}`)).body;
  }

  private async created(path: string, body: object): Promise<string> {
    const answer = await this.desk.post(path, body);
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return (answer.body as { id: string }).id;
  }
}
