import type { DomainEvent } from '../../../src/event-sourcing/domain-event.js';
import { Projection } from '../../../src/event-sourcing/projections/projection.js';
import type { Poison } from './events.js';

export interface ChartRow {
  readonly id: string;
  /** What happened, in order, by stream version. */
  readonly entries: readonly string[];
}

const entryOf = ({ recorded, constructor }: DomainEvent): string => `${recorded.streamVersion} ${constructor.name}`;
const poisonOf = ({ data }: DomainEvent): Poison | undefined => (data as { poison?: Poison }).poison;

/** One row per stream. */
export class ChartProjection extends Projection<ChartRow> {
  onNoted = this.enter;
  onWeighed = this.enter;
  onAnswered = this.enter;
  onAlarmRang = this.enter;

  protected enter(row: ChartRow | undefined, event: DomainEvent, key: string): ChartRow {
    if (poisonOf(event) === 'chart') throw new Error('poison');
    const entry = poisonOf(event) === 'row' ? '\u0000' : entryOf(event);
    return { id: key, entries: [...(row?.entries ?? []), entry] };
  }
}

export class NewChartProjection extends ChartProjection {
  onAmended = this.enter;
}

export interface WardRow {
  readonly id: string;
  /** Stream and version of what happened in the ward. */
  readonly entries: readonly string[];
}

/** One row for several streams. */
export class WardProjection extends Projection<WardRow> {
  override keysOf({ recorded }: DomainEvent): readonly string[] {
    return ['all', recorded.streamId];
  }

  onNoted = this.enter;
  onWeighed = this.enter;

  protected enter(row: WardRow | undefined, event: DomainEvent, key: string): WardRow {
    return { id: key, entries: [...(row?.entries ?? []), `${event.recorded.streamId} ${entryOf(event)}`] };
  }
}

export class NewWardProjection extends WardProjection {
  onAmended = this.enter;
}
