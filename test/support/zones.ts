import fc from 'fast-check';

/** Zones with summer time in either half of the year, without it, with half an hour of it, and one that skipped a whole day. */
export const ZONES = [
  'Europe/London',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'UTC',
];

export const zones = fc.constantFrom(...ZONES);

/** Whole minutes from 1975 to 2040, when every offset was one of whole minutes. */
export const instants = fc
  .integer({ min: Date.UTC(1975, 0, 1) / 60_000, max: Date.UTC(2040, 0, 1) / 60_000 })
  .map((minutes) => minutes * 60_000);
