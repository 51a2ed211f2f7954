import { Injectable, Logger } from '@nestjs/common';
import { DefineServiceType } from '../appointments/commands/define-service-type.js';
import { Clock, type ExecutionContext, newId, runInContext } from '../event-sourcing/index.js';
import { type BundleFile, definesPractitioners } from './files/bundle-files.js';
import { readBundle, UnreadableFile } from './files/read-bundle.js';
import { NotImported } from './fhir/not-imported.js';
import type { Entry } from './fhir/references.js';
import { IMPORTED_ENCOUNTER, practitionerIdOf } from './ids.js';
import { KnownStreams } from './replay/known.js';
import { type Listener, PatientReplay } from './replay/patient-replay.js';
import { type PatientPlan, planOf } from './replay/plan.js';
import { ImportStopped, Sender, type Sent } from './replay/sender.js';
import { ImportReport } from './report/import-report.js';
import { scheduleOf } from './translation/practitioner.js';

export interface ImportOptions {
  /** How many files are worked on at a time; of one patient, everything happens in its order. */
  readonly concurrency: number;
  /** Zone of the practitioners' schedules. */
  readonly timeZone: string;
  /** Stops after what is under way. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  /** Of the files as they are stored: what is in them is not known before they are read. */
  readonly bytes: number;
  readonly resources: number;
}

/** One run of the importer: what it has seen, and what has become of it. */
class Run {
  readonly report = new ImportReport();
  /** Who is imported elsewhere in this run: bundles name the same practitioners, and files may hold the same patient. */
  readonly practitioners = new Map<string, Promise<Sent>>();
  readonly patients = new Map<string, Promise<void>>();
  bytes = 0;

  constructor(readonly options: ImportOptions) {}

  progressed(bytes: number): void {
    this.bytes += bytes;
    this.options.onProgress?.({ bytes: this.bytes, resources: this.report.resources.total });
  }

  /** @throws ImportStopped when it was interrupted, or when another worker had to stop. */
  mustGoOn(): void {
    if (this.options.signal?.aborted) throw new ImportStopped('It was interrupted.');
    if (this.report.stopped !== undefined) throw new ImportStopped(this.report.stopped);
  }
}

/** Brings FHIR bundles in, by the commands that everybody else uses. */
@Injectable()
export class Importer {
  private readonly logger = new Logger('Import');

  constructor(
    private readonly sender: Sender,
    private readonly known: KnownStreams,
    private readonly replay: PatientReplay,
    private readonly clock: Clock,
  ) {}

  async import(files: readonly BundleFile[], options: ImportOptions): Promise<ImportReport> {
    const run = new Run(options);
    const context: ExecutionContext = { actor: { id: 'import', role: 'system' }, correlationId: newId() };
    await runInContext({ ...context }, () => this.defineServiceType());
    // Encounters of other files refer to these practitioners.
    for (const batch of [files.filter(definesPractitioners), files.filter((file) => !definesPractitioners(file))]) {
      const queue = [...batch];
      const worker = async () => {
        for (let file = queue.shift(); file; file = queue.shift()) await this.importOrReport(file, run);
      };
      await Promise.all(Array.from({ length: options.concurrency }, () => runInContext({ ...context }, worker)));
    }
    return run.report;
  }

  /** Whatever one file does, the others go on. */
  private async importOrReport(file: BundleFile, run: Run): Promise<void> {
    const { report } = run;
    try {
      await this.importFile(file, run);
      report.filesRead++;
    } catch (error) {
      if (error instanceof ImportStopped) {
        report.stopped ??= error.message;
        return;
      }
      const { code, place } = error instanceof UnreadableFile ? error : { code: 'internal-error', place: undefined };
      if (code === 'internal-error') this.logger.error(error);
      report.unreadable.push({ file: file.name, code, ...(place && { place }) });
      run.progressed(file.bytes);
    }
  }

  private async importFile(file: BundleFile, run: Run): Promise<void> {
    run.mustGoOn();
    const { entries, faults } = await readBundle(file.path);
    const share = file.bytes / Math.max(1, entries.length + faults.length);
    const { report } = run;
    for (const { index, fault } of faults) {
      const place = { file: file.name, index, path: fault.path };
      report.resources.add('(no resource)', { outcome: 'failed', code: fault.code }, place);
      run.progressed(share);
    }
    const listener: Listener = {
      settled: ({ type, index, url, resource }, { outcome, code }, pointer) => {
        const path = pointer === undefined ? undefined : `${resource.path} as ${pointer}`;
        report.resources.add(type, { outcome, code }, { file: file.name, index, url, path });
        run.progressed(share);
      },
      derived: (of, { index, url }, result) => report.derive(of, result, { file: file.name, index, url }),
    };
    const plan = planOf(entries, this.clock.now(), ({ type, index, url }, { outcome, code, path }) => {
      report.resources.add(type, { outcome, code }, { file: file.name, index, url, path });
      run.progressed(share);
    });
    for (const practitioner of plan.practitioners) await this.importPractitioner(practitioner, run, listener);
    for (const patient of plan.patients) await this.importPatient(patient, run, listener);
  }

  private async importPractitioner(entry: Entry, run: Run, listener: Listener): Promise<void> {
    const id = practitionerIdOf(entry);
    const earlier = run.practitioners.get(id);
    if (earlier) {
      const sent = await earlier;
      listener.settled(entry, sent.outcome === 'failed' ? sent : { outcome: 'already' });
      return;
    }
    const defined = this.defineSchedule(entry, run.options.timeZone);
    run.practitioners.set(id, defined);
    listener.settled(entry, await defined);
  }

  private async defineSchedule(entry: Entry, timeZone: string): Promise<Sent> {
    try {
      const command = scheduleOf(entry, timeZone);
      const known = await this.known.of([command.scheduleId]);
      if (known.has(command.scheduleId)) return { outcome: 'already' };
      return await this.sender.send(command, command.scheduleId);
    } catch (error) {
      if (error instanceof NotImported) return { outcome: 'failed', code: error.code, pointer: error.path };
      throw error;
    }
  }

  /** One file at a time brings in one patient. */
  private async importPatient(plan: PatientPlan, run: Run, listener: Listener): Promise<void> {
    const { patientId } = plan;
    const earlier = run.patients.get(patientId) ?? Promise.resolve();
    const mine = earlier.then(() => this.replay.replay(plan, listener, () => run.mustGoOn()));
    run.patients.set(
      patientId,
      mine.catch(() => undefined),
    );
    await mine;
  }

  private async defineServiceType(): Promise<void> {
    const known = await this.known.of([IMPORTED_ENCOUNTER]);
    if (known.has(IMPORTED_ENCOUNTER)) return;
    await this.sender.send(
      new DefineServiceType(IMPORTED_ENCOUNTER, {
        name: 'Imported encounter',
        durationMinutes: 15,
        bookableByPatient: false,
      }),
      IMPORTED_ENCOUNTER,
    );
  }
}
