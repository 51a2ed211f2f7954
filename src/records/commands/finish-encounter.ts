import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Aggregates, Clock, InjectAggregates, type Instant } from '../../event-sourcing/index.js';
import { Encounter } from '../domain/encounter.js';

/** The patient has been seen: no more entries. Ends now unless told otherwise. */
export class FinishEncounter extends Command<{ id: string }> {
  constructor(
    readonly encounterId: string,
    readonly end?: Instant,
  ) {
    super();
  }
}

@CommandHandler(FinishEncounter)
export class FinishEncounterHandler implements ICommandHandler<FinishEncounter> {
  constructor(
    @InjectAggregates(Encounter) private readonly encounters: Aggregates<Encounter>,
    private readonly clock: Clock,
  ) {}

  async execute({ encounterId, end }: FinishEncounter) {
    const encounter = await this.encounters.load(encounterId);
    encounter.finish(end, this.clock.now());
    this.encounters.save(encounter);
    return { id: encounterId };
  }
}
