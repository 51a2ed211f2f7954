import { catalogue } from '../../event-sourcing/index.js';
import {
  AppointmentBooked,
  AppointmentCancelled,
  AppointmentFulfilled,
  AppointmentMissed,
  AppointmentRescheduled,
  PatientCheckedIn,
} from './appointment-events.js';
import { HoldExpired, HoldReleased, SlotHeld } from './hold-events.js';
import { ScheduleDefined, WeeklyHoursSet } from './schedule-events.js';
import { ServiceTypeDefined } from './service-type-defined.js';

/** The events of appointments under the names by which they are stored for ever. */
export const appointmentEvents = catalogue('appointments', {
  'schedule-defined': { event: ScheduleDefined },
  'weekly-hours-set': { event: WeeklyHoursSet },
  'service-type-defined': { event: ServiceTypeDefined },
  'slot-held': { event: SlotHeld },
  'hold-released': { event: HoldReleased },
  'hold-expired': { event: HoldExpired },
  'appointment-booked': { event: AppointmentBooked },
  'appointment-rescheduled': { event: AppointmentRescheduled },
  'appointment-cancelled': { event: AppointmentCancelled },
  'patient-checked-in': { event: PatientCheckedIn },
  'appointment-missed': { event: AppointmentMissed },
  'appointment-fulfilled': { event: AppointmentFulfilled },
});
