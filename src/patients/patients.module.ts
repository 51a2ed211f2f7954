import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventSourcingModule } from '../event-sourcing/index.js';
import { AssignIdentifierHandler } from './commands/assign-identifier.js';
import { ChangeDemographicsHandler } from './commands/change-demographics.js';
import { CorrectDemographicsHandler } from './commands/correct-demographics.js';
import { MarkPatientEnteredInErrorHandler } from './commands/mark-patient-entered-in-error.js';
import { MedicalRecordNumbers } from './commands/medical-record-numbers.js';
import { RecordDeathHandler } from './commands/record-death.js';
import { RegisterPatientHandler } from './commands/register-patient.js';
import { RetireIdentifierHandler } from './commands/retire-identifier.js';
import { RevertDeathHandler } from './commands/revert-death.js';
import { Patient } from './domain/patient.js';
import { patientEvents } from './events/catalogue.js';
import { IdentifiersController } from './http/identifiers.controller.js';
import { PatientStandingController } from './http/patient-standing.controller.js';
import { PatientsController } from './http/patients.controller.js';
import { GetPatientHandler } from './queries/get-patient.js';
import { GetPatientHistoryHandler } from './queries/get-patient-history.js';
import { SearchPatientsHandler } from './queries/search-patients.js';
import { NameVocabulary, NameVocabularyProjection } from './read-models/name-vocabulary.js';
import { PatientNameWord, PatientNameWordProjection } from './read-models/patient-name-word.js';
import { PatientSummary, PatientSummaryProjection } from './read-models/patient-summary.js';

const commandHandlers = [
  RegisterPatientHandler,
  ChangeDemographicsHandler,
  CorrectDemographicsHandler,
  AssignIdentifierHandler,
  RetireIdentifierHandler,
  RecordDeathHandler,
  RevertDeathHandler,
  MarkPatientEnteredInErrorHandler,
];
const queryHandlers = [GetPatientHandler, GetPatientHistoryHandler, SearchPatientsHandler];
const projections = [PatientSummaryProjection, PatientNameWordProjection, NameVocabularyProjection];

@Module({
  imports: [
    EventSourcingModule.forFeature({ events: patientEvents, aggregates: [Patient] }),
    TypeOrmModule.forFeature([PatientSummary, PatientNameWord, NameVocabulary]),
  ],
  controllers: [PatientsController, IdentifiersController, PatientStandingController],
  providers: [MedicalRecordNumbers, ...commandHandlers, ...queryHandlers, ...projections],
})
export class PatientsModule {}
