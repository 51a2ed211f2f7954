import { DefineSchedule } from '../../appointments/commands/define-schedule.js';
import { unusable } from '../fhir/not-imported.js';
import type { Entry } from '../fhir/references.js';
import { practitionerIdOf } from '../ids.js';

/**
 * A practitioner becomes a schedule, so that encounters can be appointments. Without opening hours: those of the past do not
 * matter, and those of the future are not known.
 */
export function scheduleOf(entry: Entry, timeZone: string): DefineSchedule {
  const names = entry.resource.items('name');
  const name = names.find((each) => each.field('use').value === 'official') ?? names[0];
  const words = name
    ? [...name.items('prefix'), ...name.items('given'), name.field('family')].flatMap(
        (part) => part.optionalText() ?? [],
      )
    : [];
  const full = words.join(' ') || name?.field('text').optionalText();
  if (!full) throw unusable('missing-field', `${entry.resource.path}.name`);
  return new DefineSchedule(practitionerIdOf(entry), {
    resource: { type: 'practitioner', name: full },
    timeZone,
    weeklyHours: [],
  });
}
