import type { Instant } from '../../event-sourcing/index.js';
import type { Element } from './element.js';
import { unusable } from './not-imported.js';

/** FHIR dateTime with a whole date: of a year or a month alone, nothing here could say when it was. */
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

const isCalendarDate = (text: string): boolean =>
  DATE.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

/** A calendar date as it is, an instant in UTC. @throws NotImported `invalid-time` */
export function optionalDateOrInstant(element: Element): string | undefined {
  const text = element.optionalText();
  if (text === undefined || isCalendarDate(text)) return text;
  if (!DATE_TIME.test(text) || !isCalendarDate(text.slice(0, 10)) || Number.isNaN(Date.parse(text))) {
    throw unusable('invalid-time', element.path);
  }
  return new Date(text).toISOString();
}

/** Of a mere date it is midnight in UTC. @throws NotImported `invalid-time` */
export function optionalInstant(element: Element): Instant | undefined {
  const when = optionalDateOrInstant(element);
  return when?.length === 10 ? `${when}T00:00:00.000Z` : when;
}

/** @throws NotImported `missing-field`, `invalid-time` */
export function instantOf(element: Element): Instant {
  const instant = optionalInstant(element);
  if (instant === undefined) throw unusable('missing-field', element.path);
  return instant;
}

/** @throws NotImported `missing-field`, `invalid-time` */
export function dateOrInstantOf(element: Element): string {
  const when = optionalDateOrInstant(element);
  if (when === undefined) throw unusable('missing-field', element.path);
  return when;
}

/** The first of these elements that is there. */
export const firstOf = (...elements: readonly Element[]): Element =>
  elements.find((element) => element.exists) ?? elements[0]!;
