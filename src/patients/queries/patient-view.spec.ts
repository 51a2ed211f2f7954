import type { PatientDocument } from '../read-models/patient-summary.js';
import { viewOf, viewTexts } from './patient-view.js';
import { END_OF_DECEASED, END_OF_LIVING } from './search/page.js';

const summary: PatientDocument = {
  id: '018f0000-0000-7000-8000-000000000001',
  version: 1,
  mrn: '10000008',
  name: { family: 'Byron', given: ['Ada'] },
  birthDate: '1980-02-29',
  gender: 'female',
  telecom: [],
  address: null,
  identifiers: [],
  retiredIdentifiers: [],
  deceasedAt: null,
  enteredInError: false,
  registeredAt: '2026-03-01T09:00:00.000Z',
  updatedAt: '2026-03-01T09:00:00.000Z',
};

describe('what may be done next', () => {
  it('is to record a death, or to revert it', () => {
    expect(viewOf(summary, 'receptionist').allowedActions).toContain('record-death');
    expect(viewOf(summary, 'receptionist').allowedActions).not.toContain('revert-death');
    const deceased = { ...summary, deceasedAt: '2025-06-01T08:00:00.000Z' };
    expect(viewOf(deceased, 'admin').allowedActions).toContain('revert-death');
    expect(viewOf(deceased, 'admin').allowedActions).not.toContain('record-death');
  });

  it('is nothing for a patient entered in error, and nothing for the patient itself', () => {
    expect(viewOf({ ...summary, enteredInError: true }, 'admin').allowedActions).toEqual([]);
    expect(viewOf(summary, 'patient').allowedActions).toEqual([]);
  });
});

describe('the text of patients', () => {
  it('is that of their views', () => {
    const deceased = { ...summary, deceasedAt: '2025-06-01T08:00:00.000Z' };
    const [living, dead] = [JSON.stringify(summary), JSON.stringify(deceased)];
    const documents = living + END_OF_LIVING + dead + END_OF_DECEASED + living + END_OF_LIVING;
    const views = [summary, deceased, summary].map((patient) => viewOf(patient, 'receptionist'));
    expect(`[${viewTexts(documents, 'receptionist')}]`).toBe(JSON.stringify(views));
  });

  it('is empty for nobody', () => {
    expect(viewTexts('', 'receptionist')).toBe('');
  });
});
