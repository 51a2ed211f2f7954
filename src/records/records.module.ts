import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventSourcingModule } from '../event-sourcing/index.js';
import { Charts } from './commands/charts.js';
import { FinishEncounterHandler } from './commands/finish-encounter.js';
import { HoldMedicationsOfPatient, HoldMedicationsOfPatientHandler } from './commands/hold-medications-of-patient.js';
import { MarkEnteredInErrorHandler } from './commands/mark-entered-in-error.js';
import { PrescribeMedicationHandler } from './commands/prescribe-medication.js';
import { PrescribingFacts } from './commands/prescribing-facts.js';
import { RecordAllergyHandler } from './commands/record-allergy.js';
import { RecordConditionHandler } from './commands/record-condition.js';
import { RecordImmunizationHandler } from './commands/record-immunization.js';
import { RecordObservationsHandler } from './commands/record-observations.js';
import { ResolveConditionHandler } from './commands/resolve-condition.js';
import {
  StartEncounterOfAppointment,
  StartEncounterOfAppointmentHandler,
} from './commands/start-encounter-of-appointment.js';
import { StartEncounterHandler } from './commands/start-encounter.js';
import { StopMedicationHandler } from './commands/stop-medication.js';
import { Allergy } from './domain/allergy.js';
import { Condition } from './domain/condition.js';
import { Encounter } from './domain/encounter.js';
import { Immunization } from './domain/immunization.js';
import { MedicationOrder } from './domain/medication-order.js';
import { ObservationSet } from './domain/observation-set.js';
import { recordEvents } from './events/catalogue.js';
import { AllergiesController } from './http/allergies.controller.js';
import { ChartsController } from './http/charts.controller.js';
import { ConditionsController } from './http/conditions.controller.js';
import { EncountersController } from './http/encounters.controller.js';
import { ImmunizationsController } from './http/immunizations.controller.js';
import { MedicationOrdersController } from './http/medication-orders.controller.js';
import { ObservationsController } from './http/observations.controller.js';
import { Entries } from './queries/entries.js';
import { GetAllergyHandler } from './queries/get-allergy.js';
import { GetChartHandler } from './queries/get-chart.js';
import { GetConditionHandler } from './queries/get-condition.js';
import { GetEncounterHandler } from './queries/get-encounter.js';
import { GetImmunizationHandler } from './queries/get-immunization.js';
import { GetMedicationOrderHandler } from './queries/get-medication-order.js';
import { GetObservationSetHandler } from './queries/get-observation-set.js';
import { GetTimelineHandler } from './queries/get-timeline.js';
import { GetTrendHandler } from './queries/get-trend.js';
import { KnownPatients } from './queries/known-patients.js';
import { PastCharts } from './queries/past-charts.js';
import { AllergyList, AllergyListProjection } from './read-models/allergy-list.js';
import { EncounterList, EncounterListProjection } from './read-models/encounter-list.js';
import { ImmunizationList, ImmunizationListProjection } from './read-models/immunization-list.js';
import { MedicationList, MedicationListProjection } from './read-models/medication-list.js';
import { ObservationPanels, ObservationPanelsProjection } from './read-models/observation-panels.js';
import { ObservationSeries, ObservationSeriesProjection } from './read-models/observation-series.js';
import { PatientCharts, PatientChartsProjection } from './read-models/patient-charts.js';
import { ProblemList, ProblemListProjection } from './read-models/problem-list.js';
import { Timeline, TimelineProjection } from './read-models/timeline.js';
import { HoldMedicationsOfLostPatient } from './sagas/hold-medications-of-lost-patient.js';
import { StartEncounterAtCheckIn } from './sagas/start-encounter-at-check-in.js';

const commandHandlers = [
  StartEncounterHandler,
  StartEncounterOfAppointmentHandler,
  FinishEncounterHandler,
  RecordConditionHandler,
  ResolveConditionHandler,
  RecordAllergyHandler,
  PrescribeMedicationHandler,
  StopMedicationHandler,
  HoldMedicationsOfPatientHandler,
  RecordObservationsHandler,
  RecordImmunizationHandler,
  MarkEnteredInErrorHandler,
];
const queryHandlers = [
  GetChartHandler,
  GetTimelineHandler,
  GetTrendHandler,
  GetEncounterHandler,
  GetConditionHandler,
  GetAllergyHandler,
  GetMedicationOrderHandler,
  GetObservationSetHandler,
  GetImmunizationHandler,
];
const projections = [
  PatientChartsProjection,
  TimelineProjection,
  EncounterListProjection,
  ProblemListProjection,
  AllergyListProjection,
  MedicationListProjection,
  ObservationPanelsProjection,
  ObservationSeriesProjection,
  ImmunizationListProjection,
];
const readTables = [
  PatientCharts,
  Timeline,
  EncounterList,
  ProblemList,
  AllergyList,
  MedicationList,
  ObservationPanels,
  ObservationSeries,
  ImmunizationList,
];
const sagas = [StartEncounterAtCheckIn, HoldMedicationsOfLostPatient];
const helpers = [Charts, PrescribingFacts, Entries, KnownPatients, PastCharts];

@Module({
  imports: [
    TypeOrmModule.forFeature(readTables),
    EventSourcingModule.forFeature({
      events: recordEvents,
      aggregates: [Encounter, Condition, Allergy, MedicationOrder, ObservationSet, Immunization],
      durableCommands: {
        'records.start-encounter-of-appointment': StartEncounterOfAppointment,
        'records.hold-medications-of-patient': HoldMedicationsOfPatient,
      },
    }),
  ],
  controllers: [
    EncountersController,
    ConditionsController,
    AllergiesController,
    MedicationOrdersController,
    ObservationsController,
    ImmunizationsController,
    ChartsController,
  ],
  providers: [...commandHandlers, ...queryHandlers, ...projections, ...sagas, ...helpers],
})
export class RecordsModule {}
