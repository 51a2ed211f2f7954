import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, InjectAggregates } from '../../event-sourcing/index.js';
import { Patient } from '../domain/patient.js';
import { releaseClaims } from './identifier-claims.js';

/** The patient should never have been registered. The history stays; nothing is added to it. */
export class MarkPatientEnteredInError extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(MarkPatientEnteredInError)
export class MarkPatientEnteredInErrorHandler implements ICommandHandler<MarkPatientEnteredInError> {
  constructor(@InjectAggregates(Patient) private readonly patients: Aggregates<Patient>) {}

  async execute({ patientId, reason }: MarkPatientEnteredInError): Promise<void> {
    const patient = await this.patients.load(patientId);
    patient.markEnteredInError(reason);
    releaseClaims(patientId, patient.identifiers);
    this.patients.save(patient);
  }
}
