import { Body, Controller, Get, Header, Param, Post, Put, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { newId } from '../../event-sourcing/index.js';
import { AsOfQuery, CommandRoute, IdPipe, PageQuery, QueryRoute } from '../../http/index.js';
import { Allow, PatientScoped } from '../../security/index.js';
import { ChangeDemographics } from '../commands/change-demographics.js';
import { CorrectDemographics } from '../commands/correct-demographics.js';
import { RegisterPatient } from '../commands/register-patient.js';
import { GetPatient } from '../queries/get-patient.js';
import { GetPatientHistory } from '../queries/get-patient-history.js';
import { SearchPatients } from '../queries/search-patients.js';
import { demographicsFrom } from './demographics-from.js';
import { RecordDemographicsRequest, RegisterPatientRequest } from './patient.request.js';
import { PatientPageResponse, PatientRegisteredResponse, PatientResponse } from './patient.response.js';
import { PatientHistoryResponse } from './patient-history.response.js';
import { SearchPatientsQuery } from './search-patients.query.js';

export const getPatient = (id: string) => new GetPatient(id);

@ApiTags('patients')
@Controller('patients')
@Allow('receptionist', 'practitioner', 'admin')
export class PatientsController {
  constructor(
    private readonly commandBus: CommandBus,
    private readonly queryBus: QueryBus,
  ) {}

  @Post()
  @CommandRoute({
    summary: 'Register a patient',
    description: 'Assigns a medical record number unless one is given among the identifiers.',
    creates: '/v1/patients/:id',
    represents: getPatient,
    representation: PatientResponse,
    answers: PatientRegisteredResponse,
    refusals: ['identifier-taken'],
    invalids: [
      'birth-date-invalid',
      'birth-date-too-early',
      'birth-date-in-future',
      'identifier-system-invalid',
      'identifier-given-twice',
    ],
  })
  register(@Body() body: RegisterPatientRequest) {
    const registration = { ...demographicsFrom(body), identifiers: body.identifiers ?? [] };
    return this.commandBus.execute(new RegisterPatient(newId(), registration));
  }

  @Get()
  @QueryRoute({
    summary: 'Search patients',
    description:
      'All criteria must hold. Without any, all patients by name. Patients entered in error are not found: read them by their id.',
    answers: PatientPageResponse,
    consistent: true,
    invalids: ['invalid-cursor', 'phone-too-short'],
  })
  @Header('content-type', 'application/json; charset=utf-8')
  async search(@Query() { limit, cursor, ...criteria }: SearchPatientsQuery): Promise<string> {
    return (await this.queryBus.execute(new SearchPatients(criteria, { limit, cursor }))).json;
  }

  @Get(':id')
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @PatientScoped('id')
  @QueryRoute({
    summary: 'Read a patient, as of now or of a moment in the past',
    answers: PatientResponse,
    consistent: true,
    notFound: true,
  })
  get(@Param('id', IdPipe) id: string, @Query() { asOf }: AsOfQuery): Promise<PatientResponse> {
    return this.queryBus.execute(new GetPatient(id, asOf));
  }

  @Get(':id/history')
  @Allow('receptionist', 'practitioner', 'admin', 'patient')
  @PatientScoped('id')
  @QueryRoute({
    summary: 'Read who changed what of a patient, and when',
    description: 'Read from the log itself, and so never behind it.',
    answers: PatientHistoryResponse,
    notFound: true,
    invalids: ['invalid-cursor'],
  })
  history(@Param('id', IdPipe) id: string, @Query() page: PageQuery): Promise<PatientHistoryResponse> {
    return this.queryBus.execute(new GetPatientHistory(id, page));
  }

  @Put(':id/demographics')
  @CommandRoute({
    summary: 'Change or correct the demographics of a patient',
    description: 'The whole of them. When nothing is different, nothing is recorded and the version stays.',
    represents: getPatient,
    representation: PatientResponse,
    ifMatch: 'required',
    notFound: true,
    refusals: ['patient-entered-in-error', 'death-before-birth'],
    invalids: ['birth-date-invalid', 'birth-date-too-early', 'birth-date-in-future'],
  })
  recordDemographics(@Param('id', IdPipe) id: string, @Body() body: RecordDemographicsRequest) {
    const demographics = demographicsFrom(body);
    return this.commandBus.execute(
      body.change === 'correction'
        ? new CorrectDemographics(id, demographics)
        : new ChangeDemographics(id, demographics),
    );
  }
}
