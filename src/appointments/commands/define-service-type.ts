import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, Clock, InjectAggregates } from '../../event-sourcing/index.js';
import type { ServiceDefinition } from '../domain/service-terms.js';
import { ServiceType } from '../domain/service-type.js';

/** Says what can be booked, how long it takes, and on which terms. */
export class DefineServiceType extends Command<{ id: string }> {
  constructor(
    readonly serviceTypeId: string,
    readonly definition: ServiceDefinition,
  ) {
    super();
  }
}

@CommandHandler(DefineServiceType)
export class DefineServiceTypeHandler implements ICommandHandler<DefineServiceType> {
  constructor(
    @InjectAggregates(ServiceType) private readonly serviceTypes: Aggregates<ServiceType>,
    private readonly clock: Clock,
  ) {}

  async execute({ serviceTypeId, definition }: DefineServiceType) {
    this.serviceTypes.save(ServiceType.define(serviceTypeId, definition, this.clock.now()));
    return { id: serviceTypeId };
  }
}
