import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Instant, Projection, Projects } from '../../event-sourcing/index.js';
import { PatientDeathReverted, PatientDeceased } from '../../patients/events/patient-death.js';
import { PatientMarkedEnteredInError } from '../../patients/events/patient-marked-entered-in-error.js';
import { PatientRegistered } from '../../patients/events/patient-registered.js';

/** Whose charts there are. Everything else of a chart is in the lists, one row an entry. */
@Entity({ schema: 'read', name: 'patient_charts' })
export class PatientCharts {
  @PrimaryColumn({ type: 'uuid', name: 'patient_id' })
  patientId!: string;

  @Column({ type: 'timestamptz', name: 'deceased_at', nullable: true })
  deceasedAt!: Instant | null;

  @Column({ type: 'boolean', name: 'entered_in_error' })
  enteredInError!: boolean;
}

@EventsHandler(PatientRegistered, PatientDeceased, PatientDeathReverted, PatientMarkedEnteredInError)
@Projects(PatientCharts, { version: 1 })
export class PatientChartsProjection extends Projection<PatientCharts> {
  onPatientRegistered(_row: undefined, { data }: PatientRegistered): PatientCharts {
    return { patientId: data.patientId, deceasedAt: null, enteredInError: false };
  }

  onPatientDeceased(row: PatientCharts, { data }: PatientDeceased): PatientCharts {
    return { ...row, deceasedAt: data.deceasedAt };
  }

  onPatientDeathReverted(row: PatientCharts): PatientCharts {
    return { ...row, deceasedAt: null };
  }

  onPatientMarkedEnteredInError(row: PatientCharts): PatientCharts {
    return { ...row, enteredInError: true };
  }
}
