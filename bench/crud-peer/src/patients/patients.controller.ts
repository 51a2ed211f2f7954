import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Put, Query } from '@nestjs/common';
import { CreatePatientDto, FindPatientsDto, UpdatePatientDto } from './patient.dto.js';
import type { Patient } from './patient.entity.js';
import { PatientsService } from './patients.service.js';

@Controller('patients')
export class PatientsController {
  constructor(private readonly patients: PatientsService) {}

  @Post()
  create(@Body() body: CreatePatientDto): Promise<Patient> {
    return this.patients.create(body);
  }

  @Get()
  find(@Query() query: FindPatientsDto): Promise<Patient[]> {
    return this.patients.findByName(query.name);
  }

  @Get(':id')
  get(@Param('id', ParseUUIDPipe) id: string): Promise<Patient> {
    return this.patients.get(id);
  }

  @Put(':id')
  update(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: UpdatePatientDto,
  ): Promise<{ id: string; version: number }> {
    return this.patients.update(id, body);
  }
}
