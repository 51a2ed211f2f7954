import { entriesOf, failure, fhir, type Resource, skip, translated } from '../../../test/support/fhir.js';
import { observedOf, panelsOf, recordingOf, sayingOf } from './observation.js';
import { References } from '../fhir/references.js';

const observed = (over: object = {}) => translated(fhir.observation('p', 'e', 61.5, over), observedOf);
const valueOf = (over: object) => observed({ valueQuantity: undefined, ...over }).observation.value;

describe('a FHIR observation', () => {
  it('keeps code, value, unit and category', () =>
    expect(observed()).toMatchObject({
      effectiveAt: '2019-03-01T08:00:00.000Z',
      status: 'final',
      observation: {
        code: { system: 'http://loinc.org', code: '29463-7', display: 'Body Weight' },
        value: { quantity: { value: 61.5, unit: 'kg', code: 'kg' } },
        category: 'vital-signs',
      },
    }));

  it('takes each kind of value that there is a place for', () => {
    expect(valueOf({ valueCodeableConcept: { coding: [{ system: 'urn:x', code: 'y' }] } })).toEqual({
      code: { system: 'urn:x', code: 'y' },
    });
    expect(valueOf({ valueCodeableConcept: { text: 'never smoked' } })).toEqual({ string: 'never smoked' });
    expect(valueOf({ valueString: 'clear' })).toEqual({ string: 'clear' });
    expect(valueOf({ valueBoolean: false })).toEqual({ boolean: false });
    expect(valueOf({ valueInteger: 0 })).toEqual({ integer: 0 });
  });

  it('does not make a number of what is only known to be below it', () =>
    expect(observed({ valueQuantity: { value: 5, comparator: '<', unit: 'mg/dL' } }).observation.value).toEqual({
      string: '< 5 mg/dL',
    }));

  it('takes no unit for UCUM that does not say so', () =>
    expect(observed({ valueQuantity: { value: 5, unit: 'spoons', code: 'spoon' } }).observation.value).toEqual({
      quantity: { value: 5, unit: 'spoons' },
    }));

  it('keeps components, interpretation and reference range', () => {
    const component = (code: string, value?: number) => ({
      code: { coding: [{ system: 'http://loinc.org', code }] },
      ...(value && { valueQuantity: { value, unit: 'mm[Hg]' } }),
    });
    const { observation } = observed({
      valueQuantity: undefined,
      component: [component('8480-6', 120), component('8462-4')],
      interpretation: [{ coding: [{ code: 'H' }] }],
      referenceRange: [{ low: { value: 1 }, high: { value: 2 }, text: 'adults' }],
    });
    expect(observation).toMatchObject({
      components: [{ code: { code: '8480-6' }, value: { quantity: { value: 120 } } }],
      interpretation: 'H',
      referenceRange: { low: 1, high: 2, text: 'adults' },
    });
    expect(observation.components).toHaveLength(1);
  });

  it.each([
    ['registered', 'preliminary'],
    ['preliminary', 'preliminary'],
    ['amended', 'final'],
    ['corrected', 'final'],
  ])('that is %s is recorded as %s', (status, recorded) => expect(observed({ status }).status).toBe(recorded));

  it("understands Synthea's own spelling of a category, and passes over foreign ones", () => {
    const category = (...codes: string[]) => ({ category: codes.map((code) => ({ coding: [{ code }] })) });
    expect(observed(category('vital-sign')).observation.category).toBe('vital-signs');
    expect(observed(category('foreign', 'laboratory')).observation.category).toBe('laboratory');
    expect(observed(category('foreign')).observation.category).toBeUndefined();
  });

  it('is left out when it has no value, one that has no place here, or was cancelled', () => {
    expect(() => observed({ valueQuantity: undefined })).toThrow(skip('no value'));
    expect(() => observed({ valueQuantity: undefined, valueRatio: {} })).toThrow(skip('valueRatio has no place here'));
    expect(() => observed({ status: 'cancelled' })).toThrow(skip('status cancelled'));
  });

  it.each<[string, string, object]>([
    ['missing-field', 'effectiveDateTime', { effectiveDateTime: undefined }],
    ['wrong-type', 'valueQuantity.value', { valueQuantity: { value: '61.5' } }],
    ['wrong-type', 'valueInteger', { valueQuantity: undefined, valueInteger: 0.5 }],
    ['missing-field', 'code.coding', { code: undefined }],
  ])('fails with %s at %s', (code, path, over) => expect(() => observed(over)).toThrow(failure(code, path)));
});

describe('a panel', () => {
  const entries = (resources: Record<string, Resource>) => Object.values(entriesOf(resources));
  const [context] = entries({ encounter: fhir.encounter('p', undefined, '2019-03-01', '2019-03-01') });

  it('is what was measured at one moment, in one status', () => {
    const all = entries({
      a: fhir.observation('p', 'e', 1),
      b: fhir.observation('p', 'e', 2),
      later: fhir.observation('p', 'e', 3, { effectiveDateTime: '2019-03-02' }),
      open: fhir.observation('p', 'e', 4, { status: 'preliminary' }),
    });
    const panels = panelsOf(all.map(observedOf), context!);
    expect(panels.map((panel) => panel.observed.map(({ entry }) => entry.index))).toEqual([[0, 1], [2], [3]]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(3);

    const references = new References([]);
    expect(recordingOf(panels[0]!, { patientId: 'p1', encounterId: 'e1', references })).toMatchObject({
      observationSetId: panels[0]!.id,
      patientId: 'p1',
      panel: {
        effectiveAt: '2019-03-01T08:00:00.000Z',
        encounterId: 'e1',
        status: 'final',
        observations: [{ value: { quantity: { value: 1 } } }, { value: { quantity: { value: 2 } } }],
      },
      asHistory: true,
    });
  });
});

describe('what an observation says', () => {
  it('is the same however it was recorded', () => {
    const { observation } = observed({ valueQuantity: { value: 5, code: 'kg', system: 'http://unitsofmeasure.org' } });
    const recorded = {
      ...observation,
      category: 'laboratory' as const,
      components: [],
      value: { quantity: { value: 5, unit: 'kg', code: 'kg' } },
    };
    expect(sayingOf(recorded)).toBe(sayingOf(observation));
  });

  it('differs with the value, its unit and the code', () => {
    const sayings = [
      observed(),
      observed({ valueQuantity: { value: 61 } }),
      observed({ valueQuantity: { value: 61.5 } }),
      observed({ code: { coding: [{ system: 'http://loinc.org', code: '8302-2' }] } }),
    ].map(({ observation }) => sayingOf(observation));
    expect(new Set(sayings).size).toBe(4);
  });
});
