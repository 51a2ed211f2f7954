import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, InjectAggregates } from '../../event-sourcing/index.js';
import { Patient } from '../domain/patient.js';

/** The death was recorded by mistake. */
export class RevertDeath extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(RevertDeath)
export class RevertDeathHandler implements ICommandHandler<RevertDeath> {
  constructor(@InjectAggregates(Patient) private readonly patients: Aggregates<Patient>) {}

  async execute({ patientId, reason }: RevertDeath): Promise<void> {
    const patient = await this.patients.load(patientId);
    patient.revertDeath(reason);
    this.patients.save(patient);
  }
}
