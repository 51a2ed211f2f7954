import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../database/database.js';
import { sql } from '../../database/sql.js';
import { Reads } from '../../event-sourcing/index.js';
import { decodeCursor, encodeCursor } from '../../http/index.js';
import type { ServiceTypePageResponse } from '../http/service-type.response.js';
import { ServiceTypeView, ServiceTypeViewProjection } from '../read-models/service-type-view.js';

/** Everything that can be booked for, by name. */
export class ListServiceTypes extends Query<ServiceTypePageResponse> {
  constructor(
    readonly limit: number,
    readonly cursor?: string,
  ) {
    super();
  }
}

const page = sql`
  select id, version, name, terms from read.service_type where (name, id) > ($1, $2::uuid) order by name, id limit $3`;

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

@QueryHandler(ListServiceTypes)
@Reads(ServiceTypeViewProjection)
export class ListServiceTypesHandler implements IQueryHandler<ListServiceTypes> {
  constructor(private readonly database: Database) {}

  async execute({ limit, cursor }: ListServiceTypes) {
    const after = decodeCursor(cursor, 'text', 'id') ?? ['', FIRST_ID];
    const rows = await this.database.query<ServiceTypeView>(page, [...after, limit + 1]);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: rows.slice(0, limit).map(({ terms, ...service }) => ({ ...service, ...terms })),
      nextCursor: last ? encodeCursor(last.name, last.id) : null,
    };
  }
}
