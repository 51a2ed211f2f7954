import { type Instant, invalid } from '../../event-sourcing/index.js';
import type { Code } from '../events/code.js';
import {
  type Measurement,
  type Observation,
  type ObservationCategory,
  ObservationsEnteredInError,
  ObservationsRecorded,
  type ObservationStatus,
  type ObservedValue,
  placesOf,
  type ReferenceRange,
} from '../events/observation-events.js';
import { ClinicalEntry } from './clinical-entry.js';
import { codeOf, optionalCodeOf } from './codes.js';
import { mustHaveHappened } from './effective-time.js';
import { optionalQuantityOf } from './quantity.js';
import type { Transitions } from './transitions.js';
import { isVitalSign } from './vital-signs.js';

export const observationTransitions: Transitions<ObservationStatus> = {
  registered: ['preliminary', 'cancelled', 'entered-in-error'],
  preliminary: ['final', 'cancelled', 'entered-in-error'],
  final: ['amended', 'corrected', 'entered-in-error'],
  amended: ['amended', 'corrected', 'entered-in-error'],
  corrected: ['amended', 'corrected', 'entered-in-error'],
  cancelled: ['entered-in-error'],
  'entered-in-error': [],
};

export interface NewObservationSet {
  readonly effectiveAt: Instant;
  readonly encounterId?: string;
  readonly status?: 'preliminary' | 'final';
  /** Of every observation that has none of its own. */
  readonly category?: ObservationCategory;
  readonly code?: Code;
  readonly observations: readonly Observation[];
}

/** A panel: what was measured together. */
export class ObservationSet extends ClinicalEntry {
  static override readonly streamType = 'records.observation-set';
  static override readonly events = [ObservationsRecorded, ObservationsEnteredInError];

  status: ObservationStatus = 'registered';
  private places: readonly string[] = [];

  static record(id: string, patientId: string, given: NewObservationSet, now: Instant): ObservationSet {
    const panel = new ObservationSet(id);
    if (given.observations.length === 0) {
      throw invalid('no-observations', 'A panel holds at least one observation.', '/observations');
    }
    panel.apply(
      new ObservationsRecorded({
        patientId,
        effectiveAt: mustHaveHappened(given.effectiveAt, now, '/effectiveAt'),
        encounterId: given.encounterId,
        status: given.status ?? 'final',
        code: optionalCodeOf(given.code, '/code'),
        observations: given.observations.map((observation, i) =>
          observationOf(observation, given.category, `/observations/${i}`),
        ),
      }),
    );
    return panel;
  }

  protected override withdraw(reason: string): void {
    this.apply(new ObservationsEnteredInError({ patientId: this.patientId, reason, places: this.places }));
  }

  protected onObservationsRecorded({ data }: ObservationsRecorded): void {
    this.patientId = data.patientId;
    this.status = data.status;
    this.places = placesOf(data.observations);
  }

  protected onObservationsEnteredInError(): void {
    this.status = 'entered-in-error';
    this.enteredInError = true;
  }
}

function observationOf(given: Observation, category: ObservationCategory | undefined, pointer: string): Observation {
  const { components = [] } = given;
  if (given.value === undefined && components.length === 0) {
    throw invalid('no-value', 'An observation has a value, or components that have one.', `${pointer}/value`);
  }
  return {
    ...measurementOf(given, pointer),
    category: given.category ?? category ?? (isVitalSign(given.code) ? 'vital-signs' : undefined),
    components: components.map((component, i) => {
      if (component.value === undefined) {
        throw invalid('no-value', 'A component has a value.', `${pointer}/components/${i}/value`);
      }
      return measurementOf(component, `${pointer}/components/${i}`);
    }),
  };
}

const measurementOf = ({ code, value, interpretation, referenceRange }: Measurement, pointer: string): Measurement => ({
  code: codeOf(code, `${pointer}/code`),
  value: value && valueOf(value, `${pointer}/value`),
  interpretation,
  referenceRange: referenceRange && rangeOf(referenceRange, `${pointer}/referenceRange`),
});

function valueOf({ quantity, code, string, boolean, integer }: ObservedValue, pointer: string): ObservedValue {
  if ([quantity, code, string, boolean, integer].filter((value) => value !== undefined).length !== 1) {
    throw invalid('one-value', 'A value is exactly one of quantity, code, string, boolean and integer.', pointer);
  }
  return {
    quantity: optionalQuantityOf(quantity, `${pointer}/quantity`),
    code: optionalCodeOf(code, `${pointer}/code`),
    string,
    boolean,
    integer,
  };
}

function rangeOf({ low, high, text }: ReferenceRange, pointer: string): ReferenceRange {
  if (low !== undefined && high !== undefined && low > high) {
    throw invalid('invalid-range', 'The low end of a range is not above its high end.', pointer);
  }
  return { low, high, text };
}
