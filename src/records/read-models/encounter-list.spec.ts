import { EncounterEnteredInError, EncounterFinished, EncounterStarted } from '../events/encounter-events.js';
import { recorded } from '../../event-sourcing/testing/recorded.js';
import { EncounterListProjection } from './encounter-list.js';

const projection = new EncounterListProjection();
const start = '2026-03-01T11:00:00.000Z';
const end = '2026-03-01T11:20:00.000Z';
const started = recorded(new EncounterStarted({ patientId: 'p1', class: 'AMB', start, appointmentId: 'a1' }), 'e1');
const finished = recorded(new EncounterFinished({ patientId: 'p1', end, appointmentId: 'a1' }), 'e1', 2);
const inError = recorded(new EncounterEnteredInError({ patientId: 'p1', reason: 'wrong patient' }), 'e1', 2);

describe('the list of encounters', () => {
  it('is sorted by their start', () =>
    expect(projection.fold([started], 'e1')).toMatchObject({
      effectiveAt: start,
      inChart: true,
      entry: { status: 'in-progress', class: 'AMB', start, appointmentId: 'a1' },
    }));

  it('knows when they ended', () =>
    expect(projection.fold([started, finished], 'e1')).toMatchObject({
      inChart: true,
      entry: { status: 'finished', end },
    }));

  it('keeps those entered in error out of the chart', () =>
    expect(projection.fold([started, inError], 'e1')).toMatchObject({
      inChart: false,
      entry: { status: 'entered-in-error' },
    }));
});
