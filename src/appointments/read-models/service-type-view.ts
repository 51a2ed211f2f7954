import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Projection, Projects } from '../../event-sourcing/index.js';
import { type ServiceTerms, ServiceTypeDefined } from '../events/service-type-defined.js';

/** What can be booked, as it is served. */
@Entity({ schema: 'read', name: 'service_type' })
export class ServiceTypeView {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('int')
  version!: number;

  @Column('text')
  name!: string;

  @Column('jsonb')
  terms!: Omit<ServiceTerms, 'name'>;
}

@EventsHandler(ServiceTypeDefined)
@Projects(ServiceTypeView, { version: 1 })
export class ServiceTypeViewProjection extends Projection<ServiceTypeView> {
  onServiceTypeDefined(_row: undefined, { data, recorded }: ServiceTypeDefined): ServiceTypeView {
    const { name, at: _at, ...terms } = data;
    return { id: recorded.streamId, version: recorded.streamVersion, name, terms };
  }
}
