// The engine of this project, through its own API and out of the built dist: EventStore and Streams as a command's handler and bus
// use them, and a projection as a module's author writes it.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { EventsHandler } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { eventData, eventMeta } from './workload.mjs';
import { built } from '../lib/built.mjs';
import { run } from '../lib/postgres.mjs';

const { DatabaseModule } = await built('database/database.module');
const { migrateDatabase } = await built('database/migrations');
const { Aggregate, DomainEvent, EventSourcingModule, Projection, Projects, Streams, SubscriptionStatus, catalogue } =
  await built('event-sourcing/index');
const { EventStore } = await built('event-sourcing/store/event-store');
const { Subscriptions } = await built('event-sourcing/subscriptions/subscriptions');
const { UnitOfWork } = await built('event-sourcing/unit-of-work');

class PatientRegistered extends DomainEvent {}

class Patient extends Aggregate {
  static streamType = 'bench.patient';
  static events = [PatientRegistered];
  registrations = 0;

  onPatientRegistered() {
    this.registrations++;
  }
}

class BenchPatient {}
Entity({ schema: 'read', name: 'bench_patients' })(BenchPatient);
PrimaryColumn('uuid')(BenchPatient.prototype, 'id');
Column('text', { name: 'given_name' })(BenchPatient.prototype, 'givenName');
Column('text', { name: 'family_name' })(BenchPatient.prototype, 'familyName');
Column('text')(BenchPatient.prototype, 'city');
Column('int')(BenchPatient.prototype, 'events');
Column('timestamptz', { name: 'updated_at' })(BenchPatient.prototype, 'updatedAt');

class BenchPatientProjection extends Projection {
  onPatientRegistered(row, { data, recorded }) {
    return {
      id: recorded.streamId,
      givenName: data.givenName,
      familyName: data.familyName,
      city: data.address.city,
      events: (row?.events ?? 0) + 1,
      updatedAt: recorded.recordedAt,
    };
  }
}
EventsHandler(PatientRegistered)(BenchPatientProjection);
Projects(BenchPatient, { version: 1 })(BenchPatientProjection);

export const projectionSchema = `
create table read.bench_patients (id uuid primary key, given_name text, family_name text, city text, events int not null, updated_at timestamptz not null);
`;
export const readTable = 'read.bench_patients';
export const subscription = 'projection:bench_patients@1';
export const dropProjection = `
drop table if exists read.bench_patients;
delete from write.subscriptions`;

/** The subscriptions are started by whoever measures them. */
async function start({ url, poolSize, projects }) {
  class BenchModule {}
  Module({
    imports: [
      DatabaseModule.forRoot({ url, poolSize, migrateOnStart: false }),
      EventSourcingModule.forRoot({ readYourWriteTimeoutMs: 2000, runsWork: false }),
      EventSourcingModule.forFeature({
        events: catalogue('bench', { 'patient-registered': { event: PatientRegistered } }),
        aggregates: [Patient],
      }),
      ...(projects ? [TypeOrmModule.forFeature([BenchPatient])] : []),
    ],
    providers: projects ? [BenchPatientProjection] : [],
  })(BenchModule);
  return NestFactory.createApplicationContext(BenchModule, { logger: ['error'] });
}

export const install = (_client, url) => migrateDatabase({ url, poolSize: 2 });

export async function open({ url, clients, batch = 1, projects = false }) {
  const app = await start({ url, poolSize: clients, projects });
  if (projects) app.get(Subscriptions).start();
  const store = app.get(EventStore);
  const streams = app.get(Streams);
  return {
    async append(id, expected, k) {
      const unit = new UnitOfWork();
      const events = [];
      for (let i = 0; i < batch; i++) events.push(new PatientRegistered(eventData(k * batch + i)));
      unit.stage({ streamId: id, streamType: Patient.streamType, expectedVersion: expected * batch, events });
      await store.commit(unit, eventMeta());
    },
    async read(id) {
      const [patient] = await streams.load([Patient, id]);
      return patient.registrations;
    },
    caughtUp: () => caughtUp(app),
    close: () => app.close(),
  };
}

/** `count` streams of `length` events. */
export async function fill({ url, count, length }) {
  const step = Math.min(length, 100);
  const store = await open({ url, clients: 2, batch: step });
  const ids = [];
  for (let s = 0; s < count; s++) {
    const id = randomUUID();
    for (let r = 0; r < length / step; r++) await store.append(id, r, s);
    ids.push(id);
  }
  await store.close();
  return ids;
}

/** From the start of the subscriptions until the projection has passed the last event. `until` is how many it has before it. */
export async function project({ url, until, deadline = 60_000 }) {
  const { rows } = await run(url, 'select max(position) as last from write.events');
  const last = Number(rows[0].last);
  const app = await start({ url, poolSize: 4, projects: true });
  const t0 = performance.now();
  app.get(Subscriptions).start();
  const done = await app.get(Subscriptions).havePassed([subscription], last, deadline);
  const seconds = (performance.now() - t0) / 1000;
  await app.close();
  return { events: done ? until : 0, seconds };
}

async function caughtUp(app, deadline = Infinity) {
  const status = app.get(SubscriptionStatus);
  const t0 = performance.now();
  while (performance.now() - t0 < deadline) {
    if ((await status.states()).every(({ running, caughtUp: done }) => running && done)) return true;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return false;
}
