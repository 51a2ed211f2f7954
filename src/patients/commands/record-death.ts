import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates, type Instant } from '../../event-sourcing/index.js';
import { Patient } from '../domain/patient.js';

export class RecordDeath extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly deceasedAt: Instant,
  ) {
    super();
  }
}

@CommandHandler(RecordDeath)
export class RecordDeathHandler implements ICommandHandler<RecordDeath> {
  constructor(
    @InjectAggregates(Patient) private readonly patients: Aggregates<Patient>,
    private readonly clock: Clock,
  ) {}

  async execute({ patientId, deceasedAt }: RecordDeath): Promise<void> {
    const patient = await this.patients.load(patientId);
    patient.recordDeath(deceasedAt, this.clock.now());
    this.patients.save(patient);
  }
}
