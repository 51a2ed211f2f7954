import { Body, Controller, Delete, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { CommandRoute, IdPipe } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { HoldSlot } from '../commands/hold-slot.js';
import { ReleaseHold } from '../commands/release-hold.js';
import { GetAppointment } from '../queries/get-appointment.js';
import { AppointmentResponse, HeldResponse } from './appointment.response.js';
import { HoldRequest } from './booking.request.js';
import { BOOKING_REFUSALS } from './refusals.js';

@ApiTags('holds')
@Controller('holds')
@Allow('receptionist', 'practitioner', 'admin', 'patient')
export class HoldsController {
  constructor(private readonly commandBus: CommandBus) {}

  @Post()
  @CommandRoute({
    summary: 'Hold a time for a patient',
    description: 'Until it expires nobody else can book it. The appointment that it becomes has the same id.',
    creates: '/v1/appointments/:id',
    answers: HeldResponse,
    represents: (id) => new GetAppointment(id),
    representation: AppointmentResponse,
    refusals: BOOKING_REFUSALS,
    notFound: true,
  })
  hold(@Body() { ttlSeconds, ...request }: HoldRequest) {
    return this.commandBus.execute(new HoldSlot(newId(), request, ttlSeconds ?? 300));
  }

  @Delete(':id')
  @CommandRoute({ summary: 'Give a held time back', refusals: ['hold-not-pending'], ifMatch: 'optional' })
  release(@Param('id', IdPipe) id: string) {
    return this.commandBus.execute(new ReleaseHold(id));
  }
}
