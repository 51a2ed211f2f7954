import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, InjectAggregates } from '../../event-sourcing/index.js';
import { Patient } from '../domain/patient.js';
import type { Identifier } from '../events/identifier.js';
import { claimIdentifiers } from './identifier-claims.js';

export class AssignIdentifier extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly identifier: Identifier,
  ) {
    super();
  }
}

@CommandHandler(AssignIdentifier)
export class AssignIdentifierHandler implements ICommandHandler<AssignIdentifier> {
  constructor(@InjectAggregates(Patient) private readonly patients: Aggregates<Patient>) {}

  async execute({ patientId, identifier }: AssignIdentifier): Promise<void> {
    const patient = await this.patients.load(patientId);
    const assigned = patient.assignIdentifier(identifier);
    if (assigned) claimIdentifiers(patientId, [assigned], () => '/value');
    this.patients.save(patient);
  }
}
