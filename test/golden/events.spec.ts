import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AggregateClass, CatalogueOf } from '../../src/event-sourcing/index.js';
import { EventCatalogue } from '../../src/event-sourcing/event-catalogue.js';
import type { EventClass } from '../../src/event-sourcing/domain-event.js';
import type { Life } from './life.js';
import { livesOfAppointments } from './lives-of-appointments.js';
import { livesOfPatients } from './lives-of-patients.js';
import { livesOfRecords } from './lives-of-records.js';

/**
 * The golden file holds every version of every event that was ever stored, in the order of the lives that they are from. What is in it
 * is in somebody's log, so it is never edited. A new event, a new version of one, or a new optional field is added by a life of a
 * new title in `lives-of-<module>.ts` that shows it, and then
 *
 *     UPDATE_GOLDEN=1 npm run jest -- test/golden
 *
 * which adds what is missing and changes nothing that is there. docs/adding-a-command.md says what to do when a shape must change.
 */
const FILE = join(__dirname, 'events.json');

interface GoldenEvent {
  readonly name: string;
  readonly version: number;
  readonly data: Record<string, unknown>;
}
interface GoldenLife {
  readonly title: string;
  readonly streamType: string;
  readonly events: readonly GoldenEvent[];
}

const lives: readonly Life[] = [...livesOfPatients, ...livesOfAppointments, ...livesOfRecords];
const aggregates = new Map<string, AggregateClass>(lives.map(({ aggregate }) => [aggregate.streamType, aggregate]));

const catalogue = new EventCatalogue();
for (const file of globSync('src/*/events/catalogue.ts')) {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- found by its place, so that no module can be left out
  const exported = require(join(process.cwd(), file)) as Readonly<Record<string, CatalogueOf>>;
  for (const entries of Object.values(exported)) catalogue.add(entries);
}

const stored = (data: object) => JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
const nameAndVersion = ({ name, version }: { name: string; version: number }) => `${name}@${version}`;

const goldenOf = ({ title, aggregate, events }: Life): GoldenLife => ({
  title,
  streamType: aggregate.streamType,
  events: events.map((event) => {
    const { name, version } = catalogue.of(event.constructor as EventClass);
    return { name, version, data: stored(event.data) };
  }),
});

/** Paths and JSON types of everything in a value; the elements of a list are one path. */
function shapeOf(value: unknown, path = '', shape = new Set<string>()): Set<string> {
  if (Array.isArray(value)) {
    for (const element of value) shapeOf(element, `${path}[]`, shape);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) shapeOf(part, `${path}.${key}`, shape);
  } else {
    shape.add(`${path}: ${value === null ? 'null' : typeof value}`);
  }
  return shape;
}

/** One event has the shape of all its examples together: they need not all have every optional field. */
function shapesByName(events: readonly GoldenEvent[]): Map<string, readonly string[]> {
  const shapes = new Map<string, Set<string>>();
  for (const event of events) {
    const key = nameAndVersion(event);
    shapes.set(key, shapeOf(event.data, '', shapes.get(key)));
  }
  return new Map([...shapes].map(([key, shape]) => [key, [...shape].sort()]));
}

const read = () => JSON.parse(readFileSync(FILE, 'utf8')) as GoldenLife[];
if (process.env['UPDATE_GOLDEN']) {
  const known = new Set(read().flatMap(({ title, events }) => [title, ...events.map(nameAndVersion)]));
  const isNew = ({ title, events }: GoldenLife) =>
    [title, ...events.map(nameAndVersion)].some((each) => !known.has(each));
  const added = lives.map(goldenOf).filter(isNew);
  writeFileSync(FILE, `${JSON.stringify([...read(), ...added], undefined, 2)}\n`);
}

const golden = read();
const goldenEvents = golden.flatMap(({ events }) => events);
const current = [...catalogue.all()].map(({ name, version }) => ({ name, version }));
const versions = current.flatMap(({ name, version }) =>
  Array.from({ length: version }, (_, i) => nameAndVersion({ name, version: i + 1 })),
);

describe('the golden file', () => {
  it.each(versions)('has an example of %s', (wanted) => {
    expect(goldenEvents.map(nameAndVersion)).toContain(wanted);
  });

  it('has none that no event catalogue knows', () => {
    const known = new Set(versions);
    expect(goldenEvents.map(nameAndVersion).filter((each) => !known.has(each))).toEqual([]);
  });
});

describe('what today’s code stores', () => {
  const today = shapesByName(lives.flatMap((each) => goldenOf(each).events));
  const then = shapesByName(goldenEvents);

  it.each(current.map(nameAndVersion))('has the shape of the golden %s', (each) => {
    expect(today.get(each)).toEqual(then.get(each));
  });
});

describe('what was stored', () => {
  it.each(golden.map((each) => [each.title, each] as const))(
    'is revived and replayed: %s',
    (_, { streamType, events }) => {
      const aggregate = aggregates.get(streamType);
      if (!aggregate) throw new Error(`No life is of a ${streamType}`);
      const subject = new aggregate('018f0000-0000-7000-8000-000000000001');

      for (const { name, version, data } of events) {
        const event = catalogue.revive(name, version, structuredClone(data));
        const known = catalogue.of(event.constructor as EventClass);
        if (known.version === version) expect(event.data).toEqual(data);
        else
          expect(shapesByName(goldenEvents).get(nameAndVersion(known))).toEqual(
            expect.arrayContaining([...shapeOf(event.data)]),
          );
        subject.replay(event);
      }
    },
  );

  it('is told apart by the shapes: a field more, a field less, another type', () => {
    const shape = [...shapeOf({ a: 1, b: [{ c: 'x' }] })];
    expect(shape).toEqual(['.a: number', '.b[].c: string']);
    expect([...shapeOf({ a: '1', b: [{ c: 'x' }] })]).not.toEqual(shape);
    expect([...shapeOf({ a: 1, b: [{ c: 'x', d: 1 }] })]).not.toEqual(shape);
    expect([...shapeOf({ a: 1, b: [] })]).not.toEqual(shape);
  });
});
