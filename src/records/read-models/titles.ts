import type { Code } from '../events/code.js';
import type { Measurement, Observation, ObservationsDetails, ObservedValue } from '../events/observation-events.js';

/** A code in words: those of whoever recorded it, else the terminology's. */
export const titleOf = ({ text, display, code }: Code): string => text ?? display ?? code;

/** How many observations a title names, and how long it gets. */
const NAMED = 3;
const LENGTH = 200;

/** `Body weight 72.5 kg, Blood pressure 128 mmHg / 82 mmHg and 4 more`; the name of the panel where it has one. */
export function titleOfPanel({ code, observations }: ObservationsDetails): string {
  if (code) return titleOf(code);
  const named = observations.slice(0, NAMED).map(inWords).join(', ');
  const more = observations.length - NAMED;
  return shortened(more > 0 ? `${named} and ${more} more` : named);
}

function inWords(observation: Observation): string {
  const values = [observation, ...(observation.components ?? [])].map(valueInWords).filter((words) => words !== '');
  return [titleOf(observation.code), values.join(' / ')].join(' ').trim();
}

const valueInWords = ({ value }: Measurement): string => (value ? wordsOf(value) : '');

function wordsOf({ quantity, code, string, boolean, integer }: ObservedValue): string {
  if (quantity) return `${rounded(quantity.value)} ${quantity.unit ?? ''}`.trim();
  if (code) return titleOf(code);
  return string ?? String(integer ?? (boolean ? 'yes' : 'no'));
}

const rounded = (value: number) => (Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));

const shortened = (title: string) => (title.length > LENGTH ? `${title.slice(0, LENGTH - 1)}…` : title);
