import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import { Allergy, type NewAllergy } from '../domain/allergy.js';
import { Charts } from './charts.js';
import { PrescribingFacts } from './prescribing-facts.js';

export class RecordAllergy extends Command<{ id: string }> {
  constructor(
    readonly allergyId: string,
    readonly patientId: string,
    readonly allergy: NewAllergy,
    /** It was entered elsewhere at its time: its encounter may be finished here. */
    readonly asHistory = false,
  ) {
    super();
  }
}

@CommandHandler(RecordAllergy)
export class RecordAllergyHandler implements ICommandHandler<RecordAllergy> {
  constructor(
    @InjectAggregates(Allergy) private readonly allergies: Aggregates<Allergy>,
    private readonly charts: Charts,
    private readonly facts: PrescribingFacts,
    private readonly clock: Clock,
  ) {}

  async execute({ allergyId, patientId, allergy: given, asHistory }: RecordAllergy) {
    await this.charts.mustTake(Allergy, allergyId, patientId, given.encounterId, asHistory);
    const allergy = Allergy.record(allergyId, patientId, given, this.clock.now());
    this.allergies.save(allergy);
    if (allergy.active) this.facts.addAllergy(allergyId, patientId, allergy.code);
    return { id: allergyId };
  }
}
