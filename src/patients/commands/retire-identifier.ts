import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, InjectAggregates } from '../../event-sourcing/index.js';
import { Patient } from '../domain/patient.js';
import type { Identifier } from '../events/identifier.js';
import { retireClaim } from './identifier-claims.js';

/** The patient's identifier is no longer used. Nobody is given it again. */
export class RetireIdentifier extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly identifier: Identifier,
  ) {
    super();
  }
}

@CommandHandler(RetireIdentifier)
export class RetireIdentifierHandler implements ICommandHandler<RetireIdentifier> {
  constructor(@InjectAggregates(Patient) private readonly patients: Aggregates<Patient>) {}

  async execute({ patientId, identifier }: RetireIdentifier): Promise<void> {
    const patient = await this.patients.load(patientId);
    const retired = patient.retireIdentifier(identifier);
    if (retired) retireClaim(patientId, retired);
    this.patients.save(patient);
  }
}
