import { catalogue, type CatalogueOf } from '../../../src/event-sourcing/event-catalogue.js';
import type { CommandClass } from '../../../src/event-sourcing/durable-commands.js';
import { FeatureRegistry } from '../../../src/event-sourcing/feature-registry.js';
import type { Projection } from '../../../src/event-sourcing/projections/projection.js';
import { Answer, AnswerAmendment, Remind, RingAlarm } from './commands.js';
import { AlarmCleared, AlarmRang, AlarmSet, Amended, Answered, Noted, Reminded, Weighed } from './events.js';
import { ChartProjection, NewChartProjection, NewWardProjection, WardProjection } from './projections.js';
import { alarms, answering, answeringAmendments, reminders } from './sagas.js';

export type BuildName = 'old' | 'new';

/** One release of the ward. The new one knows one event more, which each kind of its consumers handles, and one more version of another. */
export interface Build {
  readonly name: BuildName;
  readonly registry: FeatureRegistry;
  readonly projections: readonly {
    readonly name: string;
    readonly projection: Projection<object>;
    readonly types: ReadonlySet<string>;
  }[];
  readonly sagas: readonly { readonly name: string; readonly sagas: typeof answering }[];
  readonly handlers: readonly { readonly name: string; readonly types: ReadonlySet<string> }[];
}

const oldEvents = {
  noted: { event: Noted },
  'alarm-set': { event: AlarmSet },
  'alarm-cleared': { event: AlarmCleared },
  'alarm-rang': { event: AlarmRang },
  answered: { event: Answered },
  reminded: { event: Reminded },
} satisfies CatalogueOf;

const registryOf = (events: CatalogueOf, commands: Readonly<Record<string, CommandClass>>): FeatureRegistry => {
  const registry = new FeatureRegistry();
  registry.add({ events: catalogue('ward', events), aggregates: [], durableCommands: commands });
  return registry;
};

const oldCommands = { 'ward.answer': Answer, 'ward.ring-alarm': RingAlarm, 'ward.remind': Remind };
const CHART = ['ward.noted', 'ward.weighed', 'ward.answered', 'ward.alarm-rang'];
const WARD = ['ward.noted', 'ward.weighed'];

export const builds: Readonly<Record<BuildName, Build>> = {
  old: {
    name: 'old',
    registry: registryOf({ ...oldEvents, weighed: { event: Weighed } }, oldCommands),
    projections: [
      { name: 'projection:chart@1', projection: new ChartProjection(), types: new Set(CHART) },
      { name: 'projection:ward@1', projection: new WardProjection(), types: new Set(WARD) },
    ],
    sagas: [
      { name: 'saga:Answering', sagas: answering },
      { name: 'saga:Alarms', sagas: alarms },
      { name: 'saga:Reminders', sagas: reminders },
    ],
    handlers: [{ name: 'handler:Notify', types: new Set(WARD) }],
  },
  new: {
    name: 'new',
    registry: registryOf(
      {
        ...oldEvents,
        weighed: { event: Weighed, version: 2, upcasters: { 1: (data) => ({ ...data, scale: 'unknown' }) } },
        amended: { event: Amended },
      },
      { ...oldCommands, 'ward.answer-amendment': AnswerAmendment },
    ),
    projections: [
      { name: 'projection:chart@1', projection: new NewChartProjection(), types: new Set([...CHART, 'ward.amended']) },
      { name: 'projection:ward@1', projection: new NewWardProjection(), types: new Set([...WARD, 'ward.amended']) },
    ],
    sagas: [
      { name: 'saga:Answering', sagas: answeringAmendments },
      { name: 'saga:Alarms', sagas: alarms },
      { name: 'saga:Reminders', sagas: reminders },
    ],
    handlers: [{ name: 'handler:Notify', types: new Set([...WARD, 'ward.amended']) }],
  },
};
