import { Controller, Get, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { AsOfQuery, IdPipe, QueryRoute } from '../../http/index.js';
import { Allow, PatientScoped } from '../../security/index.js';
import { entryTypes } from '../events/entry.js';
import { GetChart } from '../queries/get-chart.js';
import { GetTimeline } from '../queries/get-timeline.js';
import { GetTrend } from '../queries/get-trend.js';
import { ChartResponse } from './chart.response.js';
import { TimelineQuery } from './timeline.query.js';
import { TimelineResponse } from './timeline.response.js';
import { TrendQuery } from './trend.query.js';
import { TrendResponse } from './trend.response.js';

@ApiTags('records')
@Controller('patients/:id')
@Allow('practitioner', 'admin', 'patient')
@PatientScoped('id')
export class ChartsController {
  constructor(private readonly queryBus: QueryBus) {}

  @Get('chart')
  @QueryRoute({
    summary: 'Read the chart of a patient, as of now or of a moment in the past',
    description: 'Problems, allergies, medications, last vital signs, immunizations and encounters in one call.',
    answers: ChartResponse,
    consistent: true,
  })
  chart(@Param('id', IdPipe) id: string, @Query() { asOf }: AsOfQuery): Promise<ChartResponse> {
    return this.queryBus.execute(new GetChart(id, asOf));
  }

  @Get('timeline')
  @ApiQuery({ name: 'types', required: false, isArray: true, enum: entryTypes, style: 'form', explode: false })
  @QueryRoute({
    summary: 'Read what happened to a patient, the latest first',
    answers: TimelineResponse,
    consistent: true,
    invalids: ['invalid-cursor'],
  })
  timeline(@Param('id', IdPipe) id: string, @Query() page: TimelineQuery): Promise<TimelineResponse> {
    return this.queryBus.execute(new GetTimeline(id, page));
  }

  @Get('observations/trend')
  @QueryRoute({
    summary: 'Read how one value changed over time, the oldest first',
    description:
      'Numbers only, whether observed by themselves or as a component. Each has the unit it was recorded in.',
    answers: TrendResponse,
    consistent: true,
    invalids: ['invalid-cursor'],
  })
  trend(@Param('id', IdPipe) id: string, @Query() { code, ...page }: TrendQuery): Promise<TrendResponse> {
    const bar = code.indexOf('|');
    const wanted = { system: code.slice(0, bar), code: code.slice(bar + 1) };
    return this.queryBus.execute(new GetTrend(id, wanted, page));
  }
}
