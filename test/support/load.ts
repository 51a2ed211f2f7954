import { setTimeout as pause } from 'node:timers/promises';
import { encounterIdOf } from '../../src/records/domain/encounter.js';
import type { Answer } from './client.js';
import { type Api, Ledger } from './ledger.js';
import { Random } from './random.js';
import { until } from './until.js';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const FAMILIES = ['Lovelace', 'Müller', 'Okafor', 'Nguyễn', "O'Brien", 'García', '李', 'Smith'];
const HOUR = 3_600_000;
/** Few, so that bookings meet. */
const HOURS_AHEAD = 200;

const code = (system: string, value: string, display: string) => ({ system, code: value, display });
const HYPERTENSION = code('http://snomed.info/sct', '38341003', 'Hypertensive disorder');
const PARACETAMOL = code('http://www.nlm.nih.gov/research/umls/rxnorm', '313782', 'Acetaminophen 325 MG Oral Tablet');
const INFLUENZA = code('http://hl7.org/fhir/sid/cvx', '140', 'Influenza, seasonal, injectable');
const HEART_RATE = code('http://loinc.org', '8867-4', 'Heart rate');

/**
 * A clinic's day: patients come, are booked, seen and recorded, at once and in any order, until it is stopped. What its
 * commands were answered is in the ledger.
 */
export class Load {
  readonly ledger: Ledger;
  private readonly random: Random;
  private readonly firstHour = Math.ceil(Date.now() / HOUR) * HOUR + 24 * HOUR;
  private stopping = false;
  private users: Promise<void>[] = [];
  private practitioners: string[] = [];
  private serviceTypeId = '';

  /** `processes` may change while the load runs. */
  constructor(processes: readonly Api[], seed: number) {
    this.random = new Random(seed);
    this.ledger = new Ledger(processes, new Random(seed ^ 0x5eed));
  }

  /** Opens the clinic. Resolves when it can be booked; the load goes on behind. */
  async start(users = 12): Promise<void> {
    this.serviceTypeId ||= idOf(
      await this.ledger.command('admin', 'POST', '/v1/service-types', { name: 'Visit', durationMinutes: 60 }),
    );
    while (this.practitioners.length < 3) {
      const schedule = await this.ledger.command('admin', 'POST', '/v1/schedules', {
        resource: { type: 'practitioner', name: `Dr ${this.random.pick(FAMILIES)}` },
        timeZone: 'UTC',
        weeklyHours: DAYS.map((day) => ({ day, from: '00:00', to: '24:00' })),
      });
      this.practitioners.push(idOf(schedule));
    }
    this.stopping = false;
    this.users = Array.from({ length: users }, () => this.use());
  }

  /** Waits until that many more commands are acknowledged. */
  async goOn(commands = 40): Promise<void> {
    const { acknowledged, faults } = this.ledger;
    const enough = acknowledged.length + commands;
    await until(() => acknowledged.length >= enough || faults.length > 0, 30_000);
  }

  /** Every command that was sent gets its final answer; no more are sent. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.users);
  }

  /** Leaves everything as it is. For the end of a suite, also one that failed. */
  async abandon(): Promise<void> {
    this.ledger.close();
    await this.stop();
  }

  register(): Promise<Answer | undefined> {
    return this.ledger.command('receptionist', 'POST', '/v1/patients', { ...this.demographics(), identifiers: [] });
  }

  /** Books a time; the answer's status says whether it was free. */
  book(patientId: string, resourceIds: readonly string[], start: string): Promise<Answer | undefined> {
    return this.ledger.command('receptionist', 'POST', '/v1/appointments', {
      patientId,
      serviceTypeId: this.serviceTypeId,
      resourceIds,
      start,
    });
  }

  private async use(): Promise<void> {
    while (!this.stopping && this.ledger.goesOn) await this.patient();
  }

  private async patient(): Promise<void> {
    const registered = await this.register();
    if (!registered || this.stopping) return;
    const patientId = idOf(registered);
    const turns = 1 + this.random.below(4);
    for (let turn = 0; turn < turns && !this.stopping; turn++) {
      await this.random
        .pick([this.moves, this.visits, this.visits, this.holds, this.holds, this.isRecorded])
        .call(this, patientId, registered);
    }
    if (this.random.chance(0.1) && !this.stopping) {
      await this.ledger.command('practitioner', 'POST', `/v1/patients/${patientId}/death`, {
        deceasedAt: new Date(Date.now() - 1000).toISOString(),
      });
    }
  }

  private async moves(patientId: string, { headers }: Answer): Promise<void> {
    await this.ledger.command(
      'receptionist',
      'PUT',
      `/v1/patients/${patientId}/demographics`,
      { change: this.random.pick(['new', 'correction']), ...this.demographics() },
      { 'if-match': headers.get('etag') ?? '' },
    );
  }

  private async visits(patientId: string): Promise<void> {
    const booked = await this.book(patientId, this.resources(), this.time());
    if (booked) await this.comes(patientId, idOf(booked));
  }

  private async holds(patientId: string): Promise<void> {
    const held = await this.ledger.command('receptionist', 'POST', '/v1/holds', {
      patientId,
      serviceTypeId: this.serviceTypeId,
      resourceIds: this.resources(),
      start: this.time(),
      ttlSeconds: 1 + this.random.below(4),
    });
    if (!held || this.stopping || this.random.chance(0.4)) return;
    const holdId = idOf(held);
    if (this.random.chance(0.4)) {
      await this.ledger.command('receptionist', 'DELETE', `/v1/holds/${holdId}`);
      return;
    }
    const booked = await this.ledger.command('receptionist', 'POST', '/v1/appointments', { holdId });
    if (booked) await this.comes(patientId, holdId);
  }

  private async comes(patientId: string, appointmentId: string): Promise<void> {
    if (this.random.chance(0.3)) {
      await this.ledger.command('receptionist', 'POST', `/v1/appointments/${appointmentId}/reschedule`, {
        start: this.time(),
      });
    }
    if (this.stopping || this.random.chance(0.2)) return;
    if (this.random.chance(0.2)) {
      await this.ledger.command('receptionist', 'POST', `/v1/appointments/${appointmentId}/cancellation`, {
        reason: 'pat',
        by: 'patient',
      });
      return;
    }
    const checkedIn = await this.ledger.command('receptionist', 'POST', `/v1/appointments/${appointmentId}/check-in`);
    if (checkedIn && this.random.chance(0.8)) await this.isSeen(patientId, encounterIdOf(appointmentId));
  }

  private async isSeen(patientId: string, encounterId: string): Promise<void> {
    if (!(await this.hasStarted(encounterId))) return;
    await this.isRecorded(patientId, undefined, encounterId);
    await this.ledger.command('practitioner', 'POST', `/v1/encounters/${encounterId}/finish`, {});
  }

  /** The saga starts it. */
  private async hasStarted(encounterId: string): Promise<boolean> {
    while (!this.stopping) {
      const encounter = await this.ledger.read('practitioner', `/v1/encounters/${encounterId}`);
      if (encounter?.status !== 404) return encounter?.status === 200;
      await pause(50);
    }
    return false;
  }

  private async isRecorded(patientId: string, _registered?: Answer, encounterId?: string): Promise<void> {
    const [kind, entry] = this.random.pick<readonly [string, object]>([
      ['conditions', { code: HYPERTENSION, onset: '2019-04-03' }],
      ['allergies', { code: HYPERTENSION, category: ['food'] }],
      ['medication-orders', { code: PARACETAMOL }],
      ['immunizations', { code: INFLUENZA, occurredAt: '2024-10-01' }],
      [
        'observations',
        {
          effectiveAt: new Date().toISOString(),
          observations: [
            {
              code: HEART_RATE,
              value: { quantity: { value: 50 + this.random.below(60), unit: 'beats/min', code: '/min' } },
            },
          ],
        },
      ],
    ]);
    await this.ledger.command('practitioner', 'POST', `/v1/patients/${patientId}/${kind}`, {
      ...entry,
      ...(encounterId && { encounterId }),
    });
  }

  private demographics() {
    return {
      name: { family: this.random.pick(FAMILIES), given: [`No ${this.random.below(1_000_000)}`] },
      birthDate: `19${20 + this.random.below(80)}-0${1 + this.random.below(9)}-1${this.random.below(10)}`,
      gender: this.random.pick(['female', 'male', 'other', 'unknown']),
      telecom: [{ system: 'phone', value: `020 7946 ${1000 + this.random.below(9000)}` }],
    };
  }

  /** One of the practitioners, or two at once. */
  private resources(): string[] {
    return [...new Set([this.random.pick(this.practitioners), this.random.pick(this.practitioners)])];
  }

  private time(): string {
    return new Date(this.firstHour + this.random.below(HOURS_AHEAD * 2) * (HOUR / 2)).toISOString();
  }
}

function idOf(answer: Answer | undefined): string {
  if (!answer) throw new Error('A command that nothing can forbid was refused');
  return String(answer.body.id);
}
