import { AppointmentBooked } from '../../appointments/events/appointment-events.js';
import { SlotHeld } from '../../appointments/events/hold-events.js';
import { Facts, notFound, refused } from '../../event-sourcing/index.js';

/** Whose appointment it is, before an encounter is begun for it. */
export class BookedAppointment extends Facts {
  static readonly of = 'appointment';
  static readonly begins = [SlotHeld, AppointmentBooked];

  private patientId?: string;

  mustBeOf(patientId: string): void {
    // A time that is only held is no appointment yet.
    if (this.patientId === undefined) throw notFound('appointment');
    if (this.patientId !== patientId) {
      throw refused('appointment-of-another-patient', 'This appointment is of another patient.');
    }
  }

  onAppointmentBooked({ data }: AppointmentBooked): void {
    this.patientId = data.patientId;
  }
}
