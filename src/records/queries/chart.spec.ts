import type { ConditionDocument } from '../read-models/problem-list.js';
import type { EncounterDocument } from '../read-models/encounter-list.js';
import { type ChartContents, chartOf } from './chart.js';

const shared = { patientId: 'p1', recordedAt: '2026-03-01T12:00:00.000Z', recordedBy: 'dr-1', version: 1 };
const code = { system: 'http://snomed.info/sct', code: '38341003' };
const problem = (id: string, year: number, clinicalStatus: ConditionDocument['clinicalStatus']): ConditionDocument => ({
  ...shared,
  id,
  effectiveAt: `${year}-01-01T00:00:00.000Z`,
  code,
  clinicalStatus,
  verificationStatus: 'confirmed',
});
const encounter = (day: number): EncounterDocument => {
  const start = `2025-01-${String(day).padStart(2, '0')}T09:00:00.000Z`;
  return { ...shared, id: `e${day}`, effectiveAt: start, class: 'AMB', start, status: 'finished' };
};
const contents: ChartContents = {
  enteredInError: false,
  deceasedAt: null,
  problems: [],
  allergies: [],
  medications: [],
  immunizations: [],
  encounters: [],
  vitals: [],
};

describe('the chart', () => {
  it('shows active problems first, then the latest', () => {
    const problems = [
      problem('old', 2001, 'resolved'),
      problem('new', 2020, 'resolved'),
      problem('chronic', 1999, 'relapse'),
      problem('acute', 2019, 'active'),
    ];
    expect(chartOf('p1', { ...contents, problems }, 'practitioner').problems.map(({ id }) => id)).toEqual([
      'acute',
      'chronic',
      'new',
      'old',
    ]);
  });

  it('shows the latest twenty encounters', () => {
    const encounters = Array.from({ length: 25 }, (_, i) => encounter(i + 1));
    const shown = chartOf('p1', { ...contents, encounters }, 'practitioner').encounters;
    expect(shown).toHaveLength(20);
    expect(shown[0]?.id).toBe('e25');
  });
});
