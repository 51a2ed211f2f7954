import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Patient } from '../domain/patient.js';
import type { Demographics } from '../events/demographics.js';

/** Something new is true of the patient. What was recorded stays true of the time before. */
export class ChangeDemographics extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly demographics: Demographics,
  ) {
    super();
  }
}

@CommandHandler(ChangeDemographics)
export class ChangeDemographicsHandler implements ICommandHandler<ChangeDemographics> {
  constructor(
    @InjectAggregates(Patient) private readonly patients: Aggregates<Patient>,
    private readonly clock: Clock,
  ) {}

  async execute({ patientId, demographics }: ChangeDemographics): Promise<void> {
    const patient = await this.patients.load(patientId);
    patient.changeDemographics(demographics, this.clock.now());
    this.patients.save(patient);
  }
}
