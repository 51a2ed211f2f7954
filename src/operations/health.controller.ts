import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../security/index.js';
import { LiveResponse, ReadyResponse } from './health.response.js';
import { Readiness } from './readiness.js';

@ApiTags('health')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process runs', description: 'Restart it when this fails.' })
  @ApiOkResponse({ type: LiveResponse })
  live(): LiveResponse {
    return { status: 'up' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Whether the process can take requests',
    description:
      'Send it none while this answers 503: the database is away, not migrated or stores no command, or a subscription has stopped.',
  })
  @ApiOkResponse({ type: ReadyResponse, description: 'All checks hold.' })
  @ApiServiceUnavailableResponse({ type: ReadyResponse, description: 'A check does not hold.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadyResponse> {
    const checks = await this.readiness.checks();
    const ready = Object.values(checks).every(({ ok }) => ok);
    void reply.status(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE).header('Cache-Control', 'no-store');
    return { status: ready ? 'ready' : 'not-ready', checks };
  }
}
