import { ImportReport } from './import-report.js';
import { measuresOf } from './progress-bar.js';
import { render } from './render.js';

const place = { file: 'a.json', index: 3, url: 'urn:uuid:1' };

describe('the report of an import', () => {
  it('accounts for every resource, and says where each failure lies', () => {
    const report = new ImportReport();
    report.filesRead = 2;
    report.resources.add('Patient', { outcome: 'imported' }, place);
    report.resources.add('Patient', { outcome: 'already' }, place);
    report.resources.add('Claim', { outcome: 'skipped', code: 'not imported' }, place);
    report.resources.add(
      'Encounter',
      { outcome: 'failed', code: 'missing-field' },
      { ...place, path: 'entry[3].resource.class' },
    );
    report.derive('Appointment', { outcome: 'skipped', code: 'time-taken' }, place);
    report.derive('Appointment', { outcome: 'skipped', code: 'no practitioner' }, place);
    report.unreadable.push({ file: 'b.json', code: 'invalid-json', place: 'line 2, column 8' });
    expect(render(report, 2)).toBe(
      [
        'Resource   Imported  Already there  Skipped  Failed  Total',
        'Claim             0              0        1       0      1',
        'Encounter         0              0        0       1      1',
        'Patient           1              1        0       0      2',
        'All               1              1        1       1      4',
        '  Claim: not imported 1',
        '  Encounter: missing-field 1',
        '',
        'Made of them  Imported  Already there  Skipped  Failed  Total',
        'Appointment          0              0        2       0      2',
        '  Appointment: time-taken 1, no practitioner 1',
        '',
        'Appointments that were refused:',
        '  a.json  entry[3]  Appointment  urn:uuid:1  time-taken',
        '',
        'Failed:',
        '  a.json  entry[3].resource.class  Encounter  urn:uuid:1  missing-field',
        '',
        'Files that could not be read:',
        '  b.json  invalid-json  line 2, column 8',
        '',
        '4 resources of 3 files in 2.0 s (2/s)',
      ].join('\n'),
    );
  });

  it('is a success unless something failed, could not be read, or was not reached', () => {
    const report = new ImportReport();
    report.resources.add('Claim', { outcome: 'skipped', code: 'not imported' }, place);
    report.derive('Appointment', { outcome: 'skipped', code: 'time-taken' }, place);
    expect(report.succeeded).toBe(true);
    report.derive('Death', { outcome: 'failed', code: 'death-before-birth' }, place);
    expect(report.succeeded).toBe(false);

    const unread = new ImportReport();
    unread.unreadable.push({ file: 'a.json', code: 'invalid-json' });
    expect(unread.succeeded).toBe(false);

    const stopped = new ImportReport();
    stopped.stopped = 'The database is not available.';
    expect(stopped.succeeded).toBe(false);
  });
});

describe('the progress of an import', () => {
  it('has a rate of resources, and an end that follows from the bytes', () =>
    expect(measuresOf({ bytes: 250, resources: 3000 }, 1000, 0, 2000)).toEqual({
      percentage: 25,
      resources: '3,000',
      rate: '1,500',
      left: '6 s',
    }));

  it('does not know its end before it has begun', () =>
    expect(measuresOf({ bytes: 0, resources: 0 }, 1000, 0, 0)).toMatchObject({ percentage: 0, left: '?' }));

  it('tells long times in minutes and hours', () => {
    const left = (bytes: number) => measuresOf({ bytes, resources: 1 }, 1_000_000, 0, 1000).left;
    expect(left(10_000)).toBe('2 min');
    expect(left(100)).toBe('2.8 h');
  });
});
