// One report in Markdown: what was measured where, the targets, and a table for each section.
import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { options, root, ROUNDS, scratch, SECONDS } from './config.mjs';
import { median, n0, n2, neighbours, percentile } from './measure.mjs';
import { run, SETTINGS, urlOf } from './postgres.mjs';

const TMPFS = 0x01021994;

export const table = (headers, rows) =>
  [headers, headers.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** A figure beside what was promised of it. */
export const atLeast = (what, measured, target) => ({
  what,
  measured,
  promised: `≥ ${target}`,
  met: measured >= target,
});
export const atMost = (what, measured, target, unit = '') => ({
  what,
  measured,
  promised: `≤ ${target}${unit}`,
  met: measured <= target,
  unit,
});

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

const versionOf = (folder, name) =>
  JSON.parse(readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;

export async function machine() {
  const bench = path.join(root, 'bench');
  const {
    rows: [{ version }],
  } = await run(urlOf('postgres'), `select current_setting('server_version') as version`);
  return {
    date: new Date().toISOString(),
    cpu: `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? os.arch()}, ${n0(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
    load: os.loadavg()[0],
    inMemory: statfsSync(scratch).type === TMPFS,
    versions: [
      `Node ${process.versions.node}`,
      `PostgreSQL ${version}`,
      ...['@nestjs/core', '@nestjs/cqrs', 'typeorm', 'fastify', 'pg'].map((name) => `${name} ${versionOf(root, name)}`),
      ...['@event-driven-io/emmett-postgresql', '@eventide/message-db'].map(
        (name) => `${name} ${versionOf(bench, name)}`,
      ),
      `commit ${commit()}`,
    ].join(', '),
  };
}

const figure = ({ measured, unit = '' }) => `${Math.abs(measured) >= 100 ? n0(measured) : n2(measured)}${unit}`;

export function render({ date, cpu, load, inMemory, versions }, sections) {
  const targets = sections.flatMap((section) => section.targets ?? []);
  const command = [
    'npm run bench',
    ...(options.short || options.sections.length ? ['--'] : []),
    ...options.sections,
    ...(options.short ? ['--short'] : []),
  ].join(' ');
  const other = [...neighbours].sort((a, b) => a - b);
  const lines = [
    `# Benchmarks of ${date.slice(0, 10)}`,
    '',
    `\`${command}\` at ${date.slice(11, 16)} UTC.`,
    '',
    `- Machine: ${cpu}. The load generator, the servers and PostgreSQL share it.`,
    `- Versions: ${versions}.`,
    `- PostgreSQL: ${SETTINGS.slice(1).join(', ')}.${inMemory ? ' **Its data was in memory (tmpfs): flushes cost nothing here.**' : ''}`,
    `- Noise: load average ${n2(load)} at the start. Other processes than those measured used a median of ${n2(median(other))} and at most ${n2(percentile(other, 1))} cores during the measurements. Medians of ${ROUNDS} alternating rounds of ${SECONDS} s; a ratio is the median of the ratios within the rounds; spread is (max − min) / median. Only ratios carry over to another machine.`,
    ...(options.short ? ['- **Short form: shows that everything runs. Its figures mean nothing.**'] : []),
  ];
  if (targets.length > 0) {
    lines.push(
      '',
      '## Targets',
      '',
      table(
        ['what', 'measured', 'target', ''],
        targets.map((t) => [t.what, figure(t), t.promised, verdict(t)]),
      ),
    );
  }
  for (const { title, how, tables = [], notes = [], left } of sections) {
    lines.push('', `## ${title}`);
    if (left) lines.push('', left);
    if (how) lines.push('', how);
    for (const { caption, headers, rows } of tables)
      lines.push('', ...(caption ? [`${caption}:`, ''] : []), table(headers, rows));
    if (notes.length > 0) lines.push('', ...notes.map((note) => `- ${note}`));
  }
  return `${lines.join('\n')}\n`;
}

const verdict = ({ measured, met }) => (Number.isFinite(measured) ? (met ? 'met' : '**missed**') : 'not measured');
