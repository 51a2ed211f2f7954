import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { notFound, Reads } from '../../event-sourcing/index.js';
import type { ServiceTypeResponse } from '../http/service-type.response.js';
import { ServiceTypeView, ServiceTypeViewProjection } from '../read-models/service-type-view.js';

export class GetServiceType extends Query<ServiceTypeResponse> {
  constructor(readonly serviceTypeId: string) {
    super();
  }
}

const byId = sql`select id, version, name, terms from read.service_type where id = $1`;

@QueryHandler(GetServiceType)
@Reads(ServiceTypeViewProjection)
export class GetServiceTypeHandler implements IQueryHandler<GetServiceType> {
  constructor(private readonly database: Database) {}

  async execute({ serviceTypeId }: GetServiceType) {
    const [row] = await this.database.query<ServiceTypeView>(byId, [serviceTypeId]);
    if (!row) throw notFound('service-type');
    const { terms, ...service } = row;
    return { ...service, ...terms };
  }
}
