import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates, refused } from '../../event-sourcing/index.js';
import { isMrn } from '../domain/identifiers.js';
import { Patient, type Registration } from '../domain/patient.js';
import { claimIdentifiers } from './identifier-claims.js';
import { MedicalRecordNumbers } from './medical-record-numbers.js';

export interface Registered {
  readonly id: string;
  readonly mrn: string;
}

/** Registers a person as a patient, with a new medical record number unless one is given. */
export class RegisterPatient extends Command<Registered> {
  constructor(
    readonly patientId: string,
    readonly registration: Registration,
  ) {
    super();
  }
}

@CommandHandler(RegisterPatient)
export class RegisterPatientHandler implements ICommandHandler<RegisterPatient> {
  /** Commands that have run into a conflict, and run again: only these look whether the patient exists. */
  private readonly attempted = new WeakSet<RegisterPatient>();

  constructor(
    @InjectAggregates(Patient) private readonly patients: Aggregates<Patient>,
    private readonly numbers: MedicalRecordNumbers,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `patient-already-registered`, `identifier-taken`, and as `Patient.register` */
  async execute(command: RegisterPatient): Promise<Registered> {
    const { patientId, registration } = command;
    if (this.attempted.has(command)) await this.mustBeNew(patientId);
    this.attempted.add(command);

    const given = registration.identifiers;
    const identifiers = given.some(isMrn) ? given : [...given, await this.numbers.take()];
    const patient = Patient.register(patientId, { ...registration, identifiers }, this.clock.now());

    claimIdentifiers(patientId, patient.identifiers, (index) =>
      index < given.length ? `/identifiers/${index}` : undefined,
    );
    this.patients.save(patient);
    return { id: patientId, mrn: patient.mrn };
  }

  private async mustBeNew(patientId: string): Promise<void> {
    if (await this.patients.find(patientId)) {
      throw refused('patient-already-registered', 'There is a patient with this id already.');
    }
  }
}
