import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe, PageQuery, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { DefineServiceType } from '../commands/define-service-type.js';
import { GetServiceType } from '../queries/get-service-type.js';
import { ListServiceTypes } from '../queries/list-service-types.js';
import { ServiceTypeRequest } from './service-type.request.js';
import { ServiceTypePageResponse, ServiceTypeResponse } from './service-type.response.js';

@ApiTags('service types')
@Controller('service-types')
@Allow('receptionist', 'practitioner', 'admin')
export class ServiceTypesController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post()
  @CommandRoute({
    summary: 'Define what can be booked, and on which terms',
    creates: '/v1/service-types/:id',
    represents: (id) => new GetServiceType(id),
    representation: ServiceTypeResponse,
  })
  define(@Body() request: ServiceTypeRequest) {
    return this.commandBus.execute(new DefineServiceType(newId(), request));
  }

  @Get()
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'List the service types', answers: ServiceTypePageResponse, consistent: true })
  list(@Query() { limit, cursor }: PageQuery) {
    return this.queryBus.execute(new ListServiceTypes(limit, cursor));
  }

  @Get(':id')
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read a service type', answers: ServiceTypeResponse, consistent: true })
  get(@Param('id', IdPipe) id: string) {
    return this.queryBus.execute(new GetServiceType(id));
  }
}
