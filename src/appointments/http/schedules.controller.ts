import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe, PageQuery, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { DefineSchedule } from '../commands/define-schedule.js';
import { SetWeeklyHours } from '../commands/set-weekly-hours.js';
import { GetSchedule } from '../queries/get-schedule.js';
import { ListSchedules } from '../queries/list-schedules.js';
import { ScheduleRequest, WeeklyHoursRequest } from './schedule.request.js';
import { SchedulePageResponse, ScheduleResponse } from './schedule.response.js';

@ApiTags('schedules')
@Controller('schedules')
@Allow('receptionist', 'practitioner', 'admin')
export class SchedulesController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post()
  @CommandRoute({
    summary: 'Make a practitioner, room or device bookable',
    creates: '/v1/schedules/:id',
    represents: (id) => new GetSchedule(id),
    representation: ScheduleResponse,
    invalids: ['invalid-weekly-hours', 'invalid-time-zone'],
  })
  define(@Body() request: ScheduleRequest) {
    return this.commandBus.execute(new DefineSchedule(newId(), request));
  }

  @Put(':id/weekly-hours')
  @CommandRoute({
    summary: 'Set the weekly hours of a resource',
    description: 'What is booked stays booked.',
    represents: (id) => new GetSchedule(id),
    representation: ScheduleResponse,
    invalids: ['invalid-weekly-hours'],
    ifMatch: 'optional',
  })
  setWeeklyHours(@Param('id', IdPipe) id: string, @Body() { weeklyHours }: WeeklyHoursRequest) {
    return this.commandBus.execute(new SetWeeklyHours(id, weeklyHours));
  }

  @Get()
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'List what can be booked', answers: SchedulePageResponse, consistent: true })
  list(@Query() { limit, cursor }: PageQuery) {
    return this.queryBus.execute(new ListSchedules(limit, cursor));
  }

  @Get(':id')
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read a schedule', answers: ScheduleResponse, consistent: true })
  get(@Param('id', IdPipe) id: string) {
    return this.queryBus.execute(new GetSchedule(id));
  }
}
