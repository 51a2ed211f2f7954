import { Body, Controller, HttpCode, NotFoundException, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from './allow.js';
import { DevelopmentIssuer, SECONDS_OF_A_TOKEN } from './development-issuer.js';
import { DevelopmentTokenRequest } from './development-token.request.js';
import { DevelopmentTokenResponse } from './development-token.response.js';

@ApiTags('development')
@Controller('dev')
export class DevelopmentTokenController {
  constructor(private readonly issuer: DevelopmentIssuer) {}

  @Post('token')
  @HttpCode(200)
  @Public()
  @ApiOperation({
    summary: 'Get a token to try the API with',
    description: 'Only in development: there is no such address in production.',
  })
  @ApiBody({
    type: DevelopmentTokenRequest,
    examples: {
      'of the front desk': { value: { role: 'receptionist' } },
      'of a patient': { value: { role: 'patient', patientId: '018f0000-0000-7000-8000-000000000001' } },
      'of a named practitioner': { value: { role: 'practitioner', subject: 'dr-okafor' } },
    },
  })
  async mint(@Body() { role, patientId, subject }: DevelopmentTokenRequest): Promise<DevelopmentTokenResponse> {
    if (!this.issuer.key) throw new NotFoundException();
    const token = await this.issuer.mint({ role, subject: subject ?? `development-${role}`, patientId });
    return { access_token: token, token_type: 'Bearer', expires_in: SECONDS_OF_A_TOKEN };
  }
}
