import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { invalid, newId } from '../../event-sourcing/index.js';
import { AsOfQuery, CommandRoute, IdPipe, QueryRoute } from '../../http/index.js';
import { Allow } from '../../security/index.js';
import { BookAppointment } from '../commands/book-appointment.js';
import { BookHeldSlot } from '../commands/book-held-slot.js';
import { CancelAppointment } from '../commands/cancel-appointment.js';
import { CheckIn } from '../commands/check-in.js';
import { FulfilAppointment } from '../commands/fulfil-appointment.js';
import { MarkNoShow } from '../commands/mark-no-show.js';
import { RescheduleAppointment } from '../commands/reschedule-appointment.js';
import { GetAppointment } from '../queries/get-appointment.js';
import { AppointmentResponse, BookedResponse } from './appointment.response.js';
import { BookingRequest, RescheduleRequest } from './booking.request.js';
import { CancellationRequest } from './cancellation.request.js';
import { BOOKING_REFUSALS } from './refusals.js';

const represented = { represents: (id: string) => new GetAppointment(id), representation: AppointmentResponse };

@ApiTags('appointments')
@Controller('appointments')
@Allow('receptionist', 'practitioner', 'admin')
export class AppointmentsController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post()
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @CommandRoute({
    summary: 'Book an appointment',
    description:
      'Directly, or from a hold by its `holdId` alone. A time that is taken is answered with the next free slots.',
    creates: '/v1/appointments/:id',
    examples: {
      directly: {
        patientId: '01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e71',
        serviceTypeId: '01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e72',
        resourceIds: ['01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e6f'],
        start: '2030-03-04T09:00:00Z',
      },
      'from a hold': { holdId: '01994f2e-8a51-7c3e-9d0a-1f2b3c4d5e70' },
    },
    answers: BookedResponse,
    ...represented,
    refusals: [...BOOKING_REFUSALS, 'hold-expired', 'hold-not-pending'],
    invalids: ['hold-or-time'],
    notFound: true,
  })
  book(@Body() request: BookingRequest) {
    return this.commandBus.execute(bookingOf(request));
  }

  @Get(':id')
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @QueryRoute({ summary: 'Read an appointment', answers: AppointmentResponse, consistent: true })
  get(@Param('id', IdPipe) id: string, @Query() { asOf }: AsOfQuery) {
    return this.queryBus.execute(new GetAppointment(id, asOf));
  }

  @Post(':id/reschedule')
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @CommandRoute({
    summary: 'Move an appointment to another time',
    description: 'It keeps its old time unless it gets the new one. Its own time does not stand in its way.',
    ...represented,
    refusals: [...BOOKING_REFUSALS, 'appointment-not-reschedulable', 'past-cutoff'],
    ifMatch: 'optional',
  })
  reschedule(@Param('id', IdPipe) id: string, @Body() { start, resourceIds }: RescheduleRequest) {
    return this.commandBus.execute(new RescheduleAppointment(id, start, resourceIds ?? undefined));
  }

  @Post(':id/cancellation')
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @CommandRoute({
    summary: 'Cancel an appointment',
    ...represented,
    refusals: ['appointment-not-cancellable', 'past-cutoff'],
    ifMatch: 'optional',
  })
  cancel(@Param('id', IdPipe) id: string, @Body() { reason, by }: CancellationRequest) {
    return this.commandBus.execute(new CancelAppointment(id, reason, by));
  }

  @Post(':id/check-in')
  @CommandRoute({
    summary: 'Check a patient in',
    description: 'Starts the encounter of the appointment.',
    ...represented,
    refusals: ['appointment-not-booked'],
    ifMatch: 'optional',
  })
  checkIn(@Param('id', IdPipe) id: string) {
    return this.commandBus.execute(new CheckIn(id));
  }

  @Post(':id/no-show')
  @CommandRoute({
    summary: 'Mark that the patient did not come',
    ...represented,
    refusals: ['appointment-not-booked'],
    ifMatch: 'optional',
  })
  markNoShow(@Param('id', IdPipe) id: string) {
    return this.commandBus.execute(new MarkNoShow(id));
  }

  @Post(':id/fulfilment')
  @CommandRoute({
    summary: 'Mark that the appointment took place',
    ...represented,
    refusals: ['appointment-not-checked-in'],
    ifMatch: 'optional',
  })
  fulfil(@Param('id', IdPipe) id: string) {
    return this.commandBus.execute(new FulfilAppointment(id));
  }
}

function bookingOf({ holdId, ...time }: BookingRequest): BookAppointment | BookHeldSlot {
  const { patientId, serviceTypeId, resourceIds, start } = time;
  if (holdId === undefined) {
    // The request's validators have seen to it that nothing is missing without a hold.
    return new BookAppointment(newId(), {
      patientId: patientId!,
      serviceTypeId: serviceTypeId!,
      resourceIds: resourceIds!,
      start: start!,
    });
  }
  if (Object.values(time).some((value) => value !== undefined)) {
    throw invalid('hold-or-time', 'A hold is booked by its holdId alone.', '/holdId');
  }
  return new BookHeldSlot(holdId);
}
