import { EventsHandler } from '@nestjs/cqrs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DomainEvent, type Instant, Projection, Projects } from '../../event-sourcing/index.js';
import type { Code } from '../events/code.js';
import {
  type Interpretation,
  type Measurement,
  type Observation,
  type ObservationCategory,
  ObservationsEnteredInError,
  ObservationsRecorded,
  type ObservedValue,
  placesOf,
} from '../events/observation-events.js';

/** One value that was observed, of an observation or of a component: what trends and vital signs are made of. */
@Entity({ schema: 'read', name: 'observation_series' })
export class ObservationSeries {
  /** Id of the panel, and the value's place in it: `…/1.0`. */
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'uuid', name: 'observation_id' })
  observationId!: string;

  @Column({ type: 'uuid', name: 'patient_id' })
  patientId!: string;

  @Column({ type: 'text', name: 'code_system' })
  codeSystem!: string;

  @Column({ type: 'text' })
  code!: string;

  @Column({ type: 'text', nullable: true })
  category!: ObservationCategory | null;

  @Column({ type: 'timestamptz', name: 'effective_at' })
  effectiveAt!: Instant;

  /** Null where the value is not a number. */
  @Column({ type: 'double precision', nullable: true })
  value!: number | null;

  @Column({ type: 'text', nullable: true })
  unit!: string | null;

  /** As it is served. */
  @Column({ type: 'jsonb' })
  observed!: Observed;
}

export interface Observed {
  readonly observationId: string;
  readonly at: Instant;
  readonly code: Code;
  readonly value: ObservedValue;
  readonly interpretation?: Interpretation;
}

@EventsHandler(ObservationsRecorded, ObservationsEnteredInError)
@Projects(ObservationSeries, { version: 1 })
export class ObservationSeriesProjection extends Projection<ObservationSeries> {
  override keysOf(event: DomainEvent): readonly string[] {
    return placesOfEvent(event).map((place) => `${event.recorded.streamId}/${place}`);
  }

  onObservationsRecorded(_row: undefined, event: ObservationsRecorded, key: string): ObservationSeries | undefined {
    const { data, recorded } = event;
    const { observation, measurement } = at(data.observations, key);
    const { code, value, interpretation } = measurement;
    if (!value) return undefined;
    return {
      id: key,
      observationId: recorded.streamId,
      patientId: data.patientId,
      codeSystem: code.system,
      code: code.code,
      category: observation.category ?? null,
      effectiveAt: data.effectiveAt,
      value: value.quantity?.value ?? value.integer ?? null,
      unit: value.quantity?.unit ?? null,
      observed: { observationId: recorded.streamId, at: data.effectiveAt, code, value, interpretation },
    };
  }

  onObservationsEnteredInError(): undefined {
    return undefined;
  }
}

const placesOfEvent = (event: DomainEvent): readonly string[] => {
  if (event instanceof ObservationsRecorded) return placesOf(event.data.observations);
  return event instanceof ObservationsEnteredInError ? event.data.places : [];
};

/** What is at the place that the key ends in. */
function at(observations: readonly Observation[], key: string): { observation: Observation; measurement: Measurement } {
  const [index, component] = key
    .slice(key.indexOf('/') + 1)
    .split('.')
    .map(Number);
  const observation = observations[index!]!;
  return { observation, measurement: component === undefined ? observation : observation.components![component]! };
}
