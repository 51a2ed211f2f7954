import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Patient } from '../domain/patient.js';
import type { Demographics } from '../events/demographics.js';

/** What was recorded of the patient had been wrong. */
export class CorrectDemographics extends Command<void> {
  constructor(
    readonly patientId: string,
    readonly demographics: Demographics,
  ) {
    super();
  }
}

@CommandHandler(CorrectDemographics)
export class CorrectDemographicsHandler implements ICommandHandler<CorrectDemographics> {
  constructor(
    @InjectAggregates(Patient) private readonly patients: Aggregates<Patient>,
    private readonly clock: Clock,
  ) {}

  async execute({ patientId, demographics }: CorrectDemographics): Promise<void> {
    const patient = await this.patients.load(patientId);
    patient.correctDemographics(demographics, this.clock.now());
    this.patients.save(patient);
  }
}
