import { Injectable } from '@nestjs/common';
import { CancelAppointment } from '../../appointments/commands/cancel-appointment.js';
import { PrescribeMedication } from '../../records/commands/prescribe-medication.js';
import type { Entry } from '../fhir/references.js';
import { inSpiteOfAlerts } from '../translation/medication-request.js';
import { latePanelOf, type Panel, recordingOf } from '../translation/observation.js';
import type { Result } from '../report/tally.js';
import { type Known, KnownStreams } from './known.js';
import type { ChartEntries, PatientPlan, PlannedVisit, Recording } from './plan.js';
import { Sender, type Sent } from './sender.js';

/** Told what has become of each entry, and of what is made of it beside. */
export interface Listener {
  settled(entry: Entry, result: Result, pointer?: string): void;
  /** An encounter's appointment, a patient's death. */
  derived(of: Derived, entry: Entry, result: Result): void;
}

export type Derived = 'Appointment' | 'Death';

const ALERTS = new Set(['duplicate-therapy', 'drug-allergy']);

/** Replays the life of one patient by commands, one after the other: what is there already is passed over. */
@Injectable()
export class PatientReplay {
  constructor(
    private readonly sender: Sender,
    private readonly streams: KnownStreams,
  ) {}

  /** @param mustGoOn throws when the import is to stop: asked between encounters */
  async replay(plan: PatientPlan, listener: Listener, mustGoOn: () => void): Promise<void> {
    const known = await this.streams.ofPatient(plan);
    const registered = await this.once(known, plan.patientId, () => this.sender.send(plan.register, plan.patientId));
    settle(listener, plan.entry, registered);
    if (registered.outcome === 'failed') {
      for (const { entry } of plan.visits) listener.settled(entry, withoutPatient);
      for (const chart of [...plan.visits, plan.withoutEncounter]) settleAll(listener, chart, withoutPatient);
      return;
    }
    for (const visit of plan.visits) {
      mustGoOn();
      await this.visit(visit, known, listener);
    }
    await this.record(plan.withoutEncounter, known, listener);
    await this.death(plan, known, listener);
  }

  /**
   * The encounter of an appointment starts before the patient checks in, so that the saga finds it; it takes its entries before
   * it is finished; and its appointment is fulfilled before that, so that there too the saga has nothing to do.
   */
  private async visit(planned: PlannedVisit, known: Known, listener: Listener): Promise<void> {
    const { entry, visit } = planned;
    const appointment = await this.book(planned, known);
    const booked = appointment.outcome === 'imported' || appointment.outcome === 'already';
    const started = await this.once(known, visit.encounterId, () =>
      this.sender.send(visit.start(booked ? visit.appointmentId : undefined), visit.encounterId),
    );
    if (started.outcome === 'failed') {
      if (appointment.outcome === 'imported') await this.sender.send(withdrawn(visit.appointmentId));
      settle(listener, entry, started);
      settleAll(listener, planned, withoutEncounter);
      return;
    }
    const steps = booked && !known.get(visit.appointmentId)?.settled ? visit.appointment : undefined;
    const checkedIn =
      steps && !known.get(visit.appointmentId)?.checkedIn ? await this.sender.send(steps.checkIn) : appointment;
    await this.record(planned, known, listener);
    const fulfilled = steps?.fulfil ? await this.sender.send(steps.fulfil) : appointment;
    const finished =
      visit.finish && !known.get(visit.encounterId)?.finished ? await this.sender.send(visit.finish) : started;

    const fault = [checkedIn, fulfilled].find((step) => isFault(step, 'appointment-not-booked'));
    listener.derived('Appointment', entry, fault ?? appointment);
    settle(listener, entry, isFault(finished, 'encounter-not-in-progress') ? finished : started);
  }

  /** The first of two that overlap has the time, as ever: the other encounter goes without. */
  private async book({ visit }: PlannedVisit, known: Known): Promise<Result> {
    if (!visit.appointment) return { outcome: 'skipped', code: 'no practitioner' };
    const earlier = known.get(visit.appointmentId);
    const goesWithout = earlier ? earlier.withdrawn : known.has(visit.encounterId);
    if (goesWithout) return { outcome: 'skipped', code: 'refused by an earlier import' };
    if (earlier) return { outcome: 'already' };
    const sent = await this.sender.send(visit.appointment.book, visit.appointmentId);
    return sent.outcome === 'failed' ? { outcome: 'skipped', code: sent.code } : sent;
  }

  private async record(chart: ChartEntries, known: Known, listener: Listener): Promise<void> {
    for (const recording of chart.recordings) {
      const sent = await this.once(known, recording.id, () => this.sendRecording(recording));
      settle(listener, recording.entry, sent);
    }
    for (const panel of chart.panels) await this.recordPanel(panel, chart, known, listener);
  }

  private async sendRecording({ command, id }: Recording): Promise<Sent> {
    const sent = await this.sender.send(command, id);
    const alerted = sent.outcome === 'failed' && ALERTS.has(sent.code) && command instanceof PrescribeMedication;
    return alerted ? this.sender.send(inSpiteOfAlerts(command), id) : sent;
  }

  /** Of a panel that is there, what it does not say yet is recorded by itself. */
  private async recordPanel(panel: Panel, chart: ChartEntries, known: Known, listener: Listener): Promise<void> {
    if (!known.has(panel.id)) {
      await this.recordTogether(panel, chart, listener);
      return;
    }
    for (const observed of panel.observed) {
      const late = latePanelOf(observed);
      const isKnown = known.takeObservation(panel.id, observed.observation) || known.has(late.id);
      if (isKnown) listener.settled(observed.entry, { outcome: 'already' });
      else await this.recordTogether(late, chart, listener);
    }
  }

  /** One observation that cannot be recorded does not keep the others of its panel out. */
  private async recordTogether(panel: Panel, chart: ChartEntries, listener: Listener): Promise<void> {
    const { observed } = panel;
    const sent = await this.sender.send(recordingOf(panel, chart.place), panel.id);
    const culprit = sent.outcome === 'failed' ? culpritOf(sent.pointer) : undefined;
    if (culprit === undefined || observed.length === 1) {
      for (const { entry } of observed) settle(listener, entry, sent);
      return;
    }
    settle(listener, observed[culprit]!.entry, sent);
    await this.recordTogether({ ...panel, observed: observed.toSpliced(culprit, 1) }, chart, listener);
  }

  private async death({ entry, death, diedAtUnknownTime, patientId }: PatientPlan, known: Known, listener: Listener) {
    if (diedAtUnknownTime) listener.derived('Death', entry, { outcome: 'skipped', code: 'no time of death' });
    if (!death) return;
    const sent: Sent = known.get(patientId)?.deathRecorded ? { outcome: 'already' } : await this.sender.send(death);
    listener.derived('Death', entry, sent);
  }

  private once(known: Known, id: string, send: () => Promise<Sent>): Promise<Sent> {
    return known.has(id) ? Promise.resolve({ outcome: 'already' }) : send();
  }
}

/** Of an appointment whose encounter could not be started: nobody is to wait for that patient. */
const withdrawn = (appointmentId: string) => new CancelAppointment(appointmentId, 'oth-err', 'organisation');

/** Unless somebody else has just done the same. */
const isFault = (sent: Result, done: string): boolean => sent.outcome === 'failed' && sent.code !== done;

const withoutPatient: Result = { outcome: 'skipped', code: 'its patient is not imported' };
const withoutEncounter: Result = { outcome: 'skipped', code: 'its encounter is not imported' };

function settle(listener: Listener, entry: Entry, sent: Sent): void {
  listener.settled(entry, sent, sent.outcome === 'failed' ? sent.pointer : undefined);
}

function settleAll(listener: Listener, { recordings, panels }: ChartEntries, result: Result): void {
  for (const { entry } of [...recordings, ...panels.flatMap(({ observed }) => observed)])
    listener.settled(entry, result);
}

/** Which observation of the panel it is that a pointer such as `/observations/3/code/code` points at. */
function culpritOf(pointer: string | undefined): number | undefined {
  const [, index] = /^\/observations\/(\d+)\//.exec(pointer ?? '') ?? [];
  return index === undefined ? undefined : Number(index);
}
