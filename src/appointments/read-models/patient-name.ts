import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DomainEvent, Projection, Projects } from '../../event-sourcing/index.js';
import type { HumanName } from '../../patients/events/demographics.js';
import { DemographicsChanged, DemographicsCorrected } from '../../patients/events/demographics-changed.js';
import { PatientRegistered } from '../../patients/events/patient-registered.js';

/** What an agenda calls a patient. */
@Entity({ schema: 'read', name: 'patient_name' })
export class PatientName {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;
}

@EventsHandler(PatientRegistered, DemographicsChanged, DemographicsCorrected)
@Projects(PatientName, { version: 1 })
export class PatientNameProjection extends Projection<PatientName> {
  onPatientRegistered(_row: undefined, event: PatientRegistered): PatientName {
    return named(event, event.data.name);
  }

  onDemographicsChanged(_row: PatientName, event: DemographicsChanged): PatientName {
    return named(event, event.data.name);
  }

  onDemographicsCorrected(_row: PatientName, event: DemographicsCorrected): PatientName {
    return named(event, event.data.name);
  }
}

const named = ({ recorded }: DomainEvent, { given, family }: HumanName): PatientName => ({
  id: recorded.streamId,
  name: [...given, family].join(' '),
});
