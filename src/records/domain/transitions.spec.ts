import { conditionTransitions } from './condition.js';
import { encounterTransitions } from './encounter.js';
import { immunizationTransitions } from './immunization.js';
import { medicationTransitions } from './medication-order.js';
import { observationTransitions } from './observation-set.js';

/** `from → to` for everything that may happen: a change of these tables is a change of the clinic's rules. */
const arrows = (table: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(table).flatMap(([from, to]) =>
    to.filter((status) => status !== 'entered-in-error').map((status) => `${from} → ${status}`),
  );

describe('transitions', () => {
  it('of an encounter', () =>
    expect(arrows(encounterTransitions)).toEqual([
      'planned → arrived',
      'planned → cancelled',
      'arrived → triaged',
      'arrived → cancelled',
      'triaged → in-progress',
      'triaged → cancelled',
      'in-progress → onleave',
      'in-progress → finished',
      'onleave → in-progress',
      'onleave → finished',
    ]));

  it('of a medication order', () =>
    expect(arrows(medicationTransitions)).toEqual([
      'draft → active',
      'draft → cancelled',
      'active → on-hold',
      'active → completed',
      'active → stopped',
      'active → cancelled',
      'on-hold → active',
      'on-hold → completed',
      'on-hold → stopped',
      'on-hold → cancelled',
    ]));

  it('of an observation, which is cancelled only before it is final', () =>
    expect(arrows(observationTransitions)).toEqual([
      'registered → preliminary',
      'registered → cancelled',
      'preliminary → final',
      'preliminary → cancelled',
      'final → amended',
      'final → corrected',
      'amended → amended',
      'amended → corrected',
      'corrected → amended',
      'corrected → corrected',
    ]));

  it('of a condition lead from the active statuses to the inactive ones and back', () => {
    const active = ['active', 'recurrence', 'relapse'];
    const inactive = ['inactive', 'remission', 'resolved'];
    for (const [from, to] of Object.entries(conditionTransitions)) {
      expect(to).toEqual(active.includes(from) ? inactive : active);
    }
  });

  it('lead from everywhere to entered-in-error, and from there nowhere', () => {
    for (const table of [
      encounterTransitions,
      medicationTransitions,
      observationTransitions,
      immunizationTransitions,
    ]) {
      for (const [from, to] of Object.entries(table) as [string, readonly string[]][]) {
        if (from === 'entered-in-error') expect(to).toEqual([]);
        else expect(to).toContain('entered-in-error');
      }
    }
  });
});
