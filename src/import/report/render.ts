import type { ImportReport } from './import-report.js';
import type { Noted, Row, Tally } from './tally.js';

const COLUMNS = ['imported', 'already', 'skipped', 'failed'] as const;
const HEAD = ['Imported', 'Already there', 'Skipped', 'Failed', 'Total'];

const grouped = (n: number): string => n.toLocaleString('en-US');

/** The whole report as text for people. Ids, codes and places only. */
export function render(report: ImportReport, seconds: number): string {
  const { resources, derived } = report;
  const files = report.filesRead + report.unreadable.length;
  const rate = grouped(Math.round(resources.total / Math.max(seconds, 0.001)));
  return [
    table('Resource', resources, true),
    ...reasonsOf(resources),
    '',
    table('Made of them', derived, false),
    ...reasonsOf(derived),
    ...listed('Appointments that were refused', derived.refusals),
    ...listed('Failed', [...resources.failures, ...derived.failures]),
    ...unreadable(report),
    '',
    `${grouped(resources.total)} resources of ${grouped(files)} files in ${seconds.toFixed(1)} s (${rate}/s)`,
    ...(report.stopped === undefined ? [] : [`Stopped before the end: ${report.stopped}`]),
  ].join('\n');
}

function table(title: string, tally: Tally, withSum: boolean): string {
  const rows = [...tally.rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, row]) => cellsOf(name, row));
  const lines = [[title, ...HEAD], ...rows, ...(withSum ? [sumOf(tally)] : [])];
  const widths = [title, ...HEAD].map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}

function cellsOf(name: string, row: Pick<Row, (typeof COLUMNS)[number]>): string[] {
  const counts = COLUMNS.map((column) => row[column]);
  return [name, ...[...counts, counts.reduce((sum, n) => sum + n, 0)].map(grouped)];
}

function sumOf({ rows }: Tally): string[] {
  const sum = { imported: 0, already: 0, skipped: 0, failed: 0 };
  for (const row of rows.values()) for (const column of COLUMNS) sum[column] += row[column];
  return cellsOf('All', sum);
}

function reasonsOf({ rows }: Tally): string[] {
  return [...rows]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, { reasons }]) => reasons.size > 0)
    .map(([name, { reasons }]) => {
      const counted = [...reasons].map(([reason, n]) => `${reason} ${grouped(n)}`);
      return `  ${name}: ${counted.join(', ')}`;
    });
}

function listed(title: string, notes: readonly Noted[]): string[] {
  if (notes.length === 0) return [];
  return [
    '',
    `${title}:`,
    ...notes.map(({ file, index, url, path, of, code }) => {
      const where = path ?? (index === undefined ? undefined : `entry[${index}]`);
      return `  ${[file, where, of, url, code].filter((part) => part !== undefined).join('  ')}`;
    }),
  ];
}

function unreadable({ unreadable: files }: ImportReport): string[] {
  if (files.length === 0) return [];
  return [
    '',
    'Files that could not be read:',
    ...files.map(({ file, code, place }) => `  ${[file, code, place].filter((part) => part !== undefined).join('  ')}`),
  ];
}
