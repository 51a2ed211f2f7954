import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, InjectAggregates } from '../../event-sourcing/index.js';
import { Allergy } from '../domain/allergy.js';
import type { ClinicalEntry } from '../domain/clinical-entry.js';
import { Condition } from '../domain/condition.js';
import { Encounter } from '../domain/encounter.js';
import { Immunization } from '../domain/immunization.js';
import { MedicationOrder } from '../domain/medication-order.js';
import { ObservationSet } from '../domain/observation-set.js';
import type { EntryType } from '../events/entry.js';
import { PrescribingFacts } from './prescribing-facts.js';

/** The entry should never have been made: it leaves the chart, and stays in the history. */
export class MarkEnteredInError extends Command<{ id: string }> {
  constructor(
    readonly type: EntryType,
    readonly entryId: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(MarkEnteredInError)
export class MarkEnteredInErrorHandler implements ICommandHandler<MarkEnteredInError> {
  private readonly entries: Readonly<Record<EntryType, Aggregates<ClinicalEntry>>>;

  constructor(
    @InjectAggregates(Encounter) encounters: Aggregates<Encounter>,
    @InjectAggregates(Condition) conditions: Aggregates<Condition>,
    @InjectAggregates(Allergy) allergies: Aggregates<Allergy>,
    @InjectAggregates(MedicationOrder) orders: Aggregates<MedicationOrder>,
    @InjectAggregates(ObservationSet) panels: Aggregates<ObservationSet>,
    @InjectAggregates(Immunization) immunizations: Aggregates<Immunization>,
    private readonly facts: PrescribingFacts,
  ) {
    this.entries = {
      encounter: encounters,
      condition: conditions,
      allergy: allergies,
      'medication-order': orders,
      observation: panels,
      immunization: immunizations,
    };
  }

  async execute({ type, entryId, reason }: MarkEnteredInError) {
    const entries = this.entries[type];
    const entry = await entries.load(entryId);
    entry.markEnteredInError(reason);
    entries.save(entry);
    if (type === 'allergy' || type === 'medication-order') this.facts.remove(entryId);
    return { id: entryId };
  }
}
