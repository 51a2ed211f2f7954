import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { IdPipe, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { FindFreeSlots } from '../queries/find-free-slots.js';
import { GetAgenda } from '../queries/get-agenda.js';
import { AgendaResponse } from './agenda.response.js';
import { AvailabilityResponse } from './availability.response.js';
import { AvailabilityQuery, WindowQuery } from './window.query.js';

@ApiTags('availability')
@Controller()
export class AvailabilityController {
  constructor(private readonly queryBus: QueryBus) {}

  @Get('availability')
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @QueryRoute({
    summary: 'Find free slots',
    description:
      'Times at which a service can be booked with any of the resources, within 62 days. Slots are offered from each opening ' +
      'on, every slot interval of the service; a booking may start at any other minute that is free.',
    answers: AvailabilityResponse,
    consistent: true,
    notFound: true,
    invalids: ['invalid-window'],
  })
  find(@Query() { serviceTypeId, resourceId, from, to, limit }: AvailabilityQuery) {
    return this.queryBus.execute(new FindFreeSlots({ serviceTypeId, resourceIds: resourceId, from, to, limit }));
  }

  @Get('resources/:id/agenda')
  @Allow('receptionist', 'practitioner', 'admin')
  @QueryRoute({
    summary: 'Read the agenda of a resource',
    description: 'Everything that touches the window of at most 62 days; without what was cancelled.',
    answers: AgendaResponse,
    consistent: true,
    invalids: ['invalid-window'],
  })
  agenda(@Param('id', IdPipe) id: string, @Query() { from, to }: WindowQuery) {
    return this.queryBus.execute(new GetAgenda(id, from, to));
  }
}
