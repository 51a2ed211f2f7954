import { failure, fhir, skip, translated, urlOf } from '../../../test/support/fhir.js';
import { idFor } from '../../event-sourcing/index.js';
import { IMPORTED_ENCOUNTER } from '../ids.js';
import { visitOf } from './encounter.js';

const now = '2026-03-01T12:00:00.000Z';
const appointmentId = idFor('fhir', 'appointment', urlOf('it'));
const encounterId = idFor('encounter', appointmentId);
const practitionerId = idFor('fhir', 'practitioner', 'http://hl7.org/fhir/sid/us-npi', '270');

const visit = (over: object = {}, practitioner: string | undefined = 'doctor') =>
  translated(
    fhir.encounter('patient', practitioner, '2019-03-01T10:00:00+02:00', '2019-03-01T10:15:00+02:00', over),
    (entry, { references }) => visitOf(entry, 'p1', references, now),
    { doctor: fhir.practitioner('270'), patient: fhir.patient() },
  );

describe('a FHIR encounter', () => {
  it('has the id that the records give to the encounter of its appointment', () =>
    expect(visit()).toMatchObject({ encounterId, appointmentId }));

  it('is booked, checked in and fulfilled as the appointment that it was', () =>
    expect(visit().appointment).toEqual({
      book: {
        appointmentId,
        request: {
          patientId: 'p1',
          serviceTypeId: IMPORTED_ENCOUNTER,
          resourceIds: [practitionerId],
          start: '2019-03-01T08:00:00.000Z',
        },
        asHistory: { end: '2019-03-01T08:15:00.000Z' },
      },
      checkIn: { appointmentId, effectiveAt: '2019-03-01T08:00:00.000Z' },
      fulfil: { appointmentId, patientId: 'p1', encounterId, effectiveAt: '2019-03-01T08:15:00.000Z' },
    }));

  it('starts and is finished, with its class, type, reason and practitioner', () => {
    const { start, finish } = visit({
      reasonCode: [{ coding: [{ system: 'http://snomed.info/sct', code: '36971009', display: 'Sinusitis' }] }],
    });
    expect(start()).toEqual({
      encounterId,
      patientId: 'p1',
      details: {
        class: 'AMB',
        start: '2019-03-01T08:00:00.000Z',
        practitionerId,
        type: { system: 'http://snomed.info/sct', code: '185349003', display: 'Encounter for check up (procedure)' },
        reason: { system: 'http://snomed.info/sct', code: '36971009', display: 'Sinusitis' },
      },
    });
    expect(start(appointmentId).details.appointmentId).toBe(appointmentId);
    expect(finish).toEqual({ encounterId, end: '2019-03-01T08:15:00.000Z' });
  });

  it('of one moment takes one minute of its practitioner', () => {
    const { appointment, finish } = visit({ period: { start: '2019-03-01', end: '2019-03-01' } });
    expect(appointment?.book.asHistory).toEqual({ end: '2019-03-01T00:01:00.000Z' });
    expect(finish?.end).toBe('2019-03-01T00:00:00.000Z');
  });

  it('without a practitioner is no appointment', () => {
    expect(visit({ participant: [] }).appointment).toBeUndefined();
    expect(visit({ participant: [{ individual: { reference: urlOf('patient') } }] }).appointment).toBeUndefined();
  });

  it('finds a practitioner whom the bundle only names by number', () =>
    expect(
      visit({
        participant: [{ individual: { reference: 'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|270' } }],
      }).appointment?.book.request.resourceIds,
    ).toEqual([practitionerId]));

  it('goes on when it is in progress', () => {
    const inProgress = visit({ status: 'in-progress', period: { start: '2026-03-01T11:30:00Z' } });
    expect(inProgress.finish).toBeUndefined();
    expect(inProgress.appointment?.fulfil).toBeUndefined();
    expect(inProgress.appointment?.book.asHistory).toEqual({});
  });

  it.each(['planned', 'cancelled', 'entered-in-error'])('that is %s is left out', (status) =>
    expect(() => visit({ status })).toThrow(skip(`status ${status}`)),
  );

  it.each<[string, string, object]>([
    ['missing-field', 'status', { status: undefined }],
    ['missing-field', 'class.code', { class: undefined }],
    ['unknown-code', 'class.code', { class: { code: 'XXX' } }],
    ['missing-field', 'period.start', { period: { end: '2019-03-01' } }],
    ['missing-field', 'period.end', { period: { start: '2019-03-01' } }],
    ['invalid-time', 'period.start', { period: { start: '2019-02-30', end: '2019-03-01' } }],
    ['invalid-time', 'period.start', { period: { start: '2019', end: '2019-03-01' } }],
    ['invalid-time', 'period.start', { period: { start: '2019-03-01T25:00:00Z', end: '2019-03-01' } }],
    ['effective-in-future', 'period.start', { period: { start: '2026-03-02', end: '2026-03-03' } }],
    ['effective-in-future', 'period.end', { period: { start: '2026-02-28', end: '3019-03-01' } }],
    ['ends-before-start', 'period.end', { period: { start: '2019-03-02', end: '2019-03-01' } }],
    [
      'dangling-reference',
      'participant[0].individual.reference',
      { participant: [{ individual: { reference: urlOf('nobody') } }] },
    ],
  ])('fails with %s at %s', (code, path, over) => expect(() => visit(over)).toThrow(failure(code, path)));
});
