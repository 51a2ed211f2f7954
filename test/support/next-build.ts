import { type Build, buildWith, type Changes } from './builds.js';

/**
 * What the next version of this program might bring, all at once: events of two new types, a newer version of an old one, an existing
 * projection and an existing saga that handle what is new, a new saga with a command of its own, a new read table, and a plain handler.
 */
const NEXT: Changes = {
  'src/patients/events/patient-move.ts': `
    import { DomainEvent } from '../../event-sourcing/index.js';
    export class PatientMovedAway extends DomainEvent<{ readonly to: string }> {}
    export class FarewellSent extends DomainEvent<Record<string, never>> {}
  `,
  'src/patients/events/catalogue.ts': [
    [
      "import { PatientRegistered } from './patient-registered.js';",
      `import { PatientRegistered } from './patient-registered.js';
       import { FarewellSent, PatientMovedAway } from './patient-move.js';`,
    ],
    [
      "'identifier-assigned': { event: IdentifierAssigned, personalData: ['identifier'] },",
      `'identifier-assigned': {
        event: IdentifierAssigned, personalData: ['identifier'], version: 2,
        upcasters: { 1: (data) => ({ identifier: data.identifier, verified: false }) },
      },
      'patient-moved-away': { event: PatientMovedAway },
      'farewell-sent': { event: FarewellSent },`,
    ],
  ],
  'src/patients/domain/patient.ts': [
    [
      "import { PatientRegistered } from '../events/patient-registered.js';",
      `import { PatientRegistered } from '../events/patient-registered.js';
       import { FarewellSent, PatientMovedAway } from '../events/patient-move.js';`,
    ],
    ['PatientMarkedEnteredInError,\n  ];', 'PatientMarkedEnteredInError, PatientMovedAway, FarewellSent,\n  ];'],
    [
      'this.apply(new IdentifierAssigned({ identifier }));',
      'this.apply(new IdentifierAssigned({ identifier, verified: true }));',
    ],
    [
      '  /** Terminal. */',
      `  moveAway(to: string): void { this.apply(new PatientMovedAway({ to })); }
       sendFarewell(): void { this.apply(new FarewellSent({})); }
       protected onPatientMovedAway(): void {}
       protected onFarewellSent(): void {}
       /** Terminal. */`,
    ],
  ],
  'src/patients/commands/patient-move.ts': `
    import { Command, CommandHandler } from '@nestjs/cqrs';
    import { type Aggregates, InjectAggregates } from '../../event-sourcing/index.js';
    import { Patient } from '../domain/patient.js';

    export class RecordMove extends Command<void> {
      constructor(readonly patientId: string, readonly to: string) { super(); }
    }

    @CommandHandler(RecordMove)
    export class RecordMoveHandler {
      constructor(@InjectAggregates(Patient) private readonly patients: Aggregates<Patient>) {}
      async execute({ patientId, to }: RecordMove): Promise<void> {
        const patient = await this.patients.load(patientId);
        patient.moveAway(to);
        this.patients.save(patient);
      }
    }

    export class SendFarewell extends Command<void> {
      constructor(readonly patientId: string) { super(); }
    }

    @CommandHandler(SendFarewell)
    export class SendFarewellHandler {
      constructor(@InjectAggregates(Patient) private readonly patients: Aggregates<Patient>) {}
      async execute({ patientId }: SendFarewell): Promise<void> {
        const patient = await this.patients.load(patientId);
        patient.sendFarewell();
        this.patients.save(patient);
      }
    }
  `,
  'src/patients/sagas/bid-farewell.ts': `
    import { Injectable } from '@nestjs/common';
    import { ofType, Saga } from '@nestjs/cqrs';
    import { map, type Observable } from 'rxjs';
    import type { DomainEvent } from '../../event-sourcing/index.js';
    import { SendFarewell } from '../commands/patient-move.js';
    import { PatientMovedAway } from '../events/patient-move.js';

    @Injectable()
    export class BidFarewell {
      @Saga()
      bidFarewell = (events$: Observable<DomainEvent>) =>
        events$.pipe(ofType(PatientMovedAway), map(({ recorded }) => new SendFarewell(recorded.streamId)));
    }
  `,
  'src/patients/sagas/note-moves.ts': `
    import { EventsHandler } from '@nestjs/cqrs';
    import { appendFileSync } from 'node:fs';
    import { PatientMovedAway } from '../events/patient-move.js';

    @EventsHandler(PatientMovedAway)
    export class NoteMoves {
      handle({ recorded }: PatientMovedAway): void {
        appendFileSync(process.env['MOVES_FILE']!, recorded.position + '\\n');
      }
    }
  `,
  'src/patients/read-models/patient-move.ts': `
    import { EventsHandler } from '@nestjs/cqrs';
    import { Column, Entity, PrimaryColumn } from 'typeorm';
    import { Projection, Projects } from '../../event-sourcing/index.js';
    import { PatientMovedAway } from '../events/patient-move.js';

    @Entity({ schema: 'read', name: 'patient_move' })
    export class PatientMove {
      @PrimaryColumn('uuid') id!: string;
      @Column('text') to!: string;
    }

    @EventsHandler(PatientMovedAway)
    @Projects(PatientMove, { version: 1 })
    export class PatientMoveProjection extends Projection<PatientMove> {
      onPatientMovedAway(_row: PatientMove | undefined, { data, recorded }: PatientMovedAway): PatientMove {
        return { id: recorded.streamId, to: data.to };
      }
    }
  `,
  'src/patients/read-models/patient-summary.ts': [
    [
      "import { PatientRegistered } from '../events/patient-registered.js';",
      `import { PatientRegistered } from '../events/patient-registered.js';
       import { FarewellSent, PatientMovedAway } from '../events/patient-move.js';`,
    ],
    ['PatientMarkedEnteredInError,\n)', 'PatientMarkedEnteredInError, PatientMovedAway, FarewellSent,\n)'],
    [
      '  private updated(',
      `  onPatientMovedAway(row: PatientSummary, event: PatientMovedAway): PatientSummary {
         return this.updated(row, event, {});
       }
       onFarewellSent(row: PatientSummary, event: FarewellSent): PatientSummary {
         return this.updated(row, event, {});
       }
       private updated(`,
    ],
  ],
  'src/patients/http/patient-standing.controller.ts': [
    [
      "import { RecordDeath } from '../commands/record-death.js';",
      `import { RecordDeath } from '../commands/record-death.js';
       import { RecordMove } from '../commands/patient-move.js';`,
    ],
    [
      "  @Post('death-reversal')",
      `  @Post('move')
       @CommandRoute({ summary: 'Record that a patient moved away', ...representation, ifMatch: 'optional', notFound: true, refusals: [] })
       recordMove(@Param('id', IdPipe) id: string, @Body() { reason }: ReasonRequest) {
         return this.commandBus.execute(new RecordMove(id, reason));
       }

       @Post('death-reversal')`,
    ],
  ],
  'src/patients/patients.module.ts': [
    [
      "import { Patient } from './domain/patient.js';",
      `import { Patient } from './domain/patient.js';
       import { RecordMoveHandler, SendFarewell, SendFarewellHandler } from './commands/patient-move.js';
       import { PatientMove, PatientMoveProjection } from './read-models/patient-move.js';
       import { BidFarewell } from './sagas/bid-farewell.js';
       import { NoteMoves } from './sagas/note-moves.js';`,
    ],
    ['aggregates: [Patient] }', "aggregates: [Patient], durableCommands: { 'patients.send-farewell': SendFarewell } }"],
    ['TypeOrmModule.forFeature([PatientSummary,', 'TypeOrmModule.forFeature([PatientMove, PatientSummary,'],
    [
      'providers: [MedicalRecordNumbers,',
      'providers: [RecordMoveHandler, SendFarewellHandler, PatientMoveProjection, BidFarewell, NoteMoves, MedicalRecordNumbers,',
    ],
  ],
  'src/appointments/sagas/cancel-appointments-of-deceased.ts': [
    [
      "import { PatientDeceased } from '../../patients/events/patient-death.js';",
      `import { PatientDeceased } from '../../patients/events/patient-death.js';
       import { PatientMovedAway } from '../../patients/events/patient-move.js';`,
    ],
    [
      '    merge(\n',
      `    merge(
        events$.pipe(
          ofType(PatientMovedAway),
          map(({ recorded }) => new CancelAppointmentsOfPatient(recorded.streamId, 'pat')),
        ),\n`,
    ],
  ],
  'migrations/9000-next.ts': `
    export class Next1799999999999 {
      name = 'Next1799999999999';
      async up(runner) {
        await runner.query('create table read.patient_move (id uuid primary key, "to" text not null)');
      }
      async down() {}
    }
  `,
  'migrations/index.ts': [
    [
      '/** In the order of their timestamps. */',
      "import { Next1799999999999 } from './9000-next.js';\n\n/** In the order of their timestamps. */",
    ],
    ['\n];', '\n  Next1799999999999,\n];'],
  ],
};

/** What this build cannot read, and does not have. */
export const OF_THE_NEXT_BUILD = {
  types: ['patients.patient-moved-away', 'patients.farewell-sent', 'patients.identifier-assigned'],
  tables: ['patient_move'],
  subscriptions: ['handler:NoteMoves', 'projection:patient_move@1', 'saga:BidFarewell'],
};

export const nextBuild = (): Build => buildWith(NEXT);

/** The surname of whom the broken build cannot read. */
export const UNREADABLE = 'Unreadable';

/** A build with an upcaster that does not take all that was ever stored. */
export const brokenBuild = (): Build =>
  buildWith({
    'src/patients/events/catalogue.ts': [
      [
        "'demographics-changed': { event: DemographicsChanged, personalData: demographics },",
        `'demographics-changed': {
          event: DemographicsChanged, personalData: demographics, version: 2,
          upcasters: {
            1: (data) => {
              if ((data.name as { family: string }).family === '${UNREADABLE}') throw new Error('cannot be brought to version 2');
              return data;
            },
          },
        },`,
      ],
    ],
  });
