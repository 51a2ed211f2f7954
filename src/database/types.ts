import pg from 'pg';

const { builtins } = pg.types;

/** `2026-03-01 09:00:00.123456+00` → `2026-03-01T09:00:00.123Z`: an `Instant`. Sessions run in UTC, see `poolOptions`. */
export function instantOf(text: string): string {
  if (!text.endsWith('+00') || text.length > 29) {
    const date = new Date(text.replace(' ', 'T').replace(/[+-]\d\d$/, '$&:00'));
    // such as `infinity`: this is called while an answer is read, where nobody would catch an error
    return Number.isNaN(date.getTime()) ? text : date.toISOString();
  }
  const fraction = text.slice(19, -3);
  const milliseconds = fraction === '' ? '.000' : fraction.slice(0, 4).padEnd(4, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}${milliseconds}Z`;
}

const parsers = new Map<number, (text: string) => unknown>([
  // Positions and counts stay far below 2^53.
  [builtins.INT8, Number],
  [builtins.TIMESTAMPTZ, instantOf],
  // A calendar date has no time zone, which `Date` would give it.
  [builtins.DATE, (text) => text],
]);

/** How column values come out: int8 as number, timestamptz as `Instant`, date as `YYYY-MM-DD`. For `types` of a pg client or pool. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string): unknown => {
    const own = format === 'binary' ? undefined : parsers.get(oid);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- pg's enum lacks the oids of extensions
    return own ?? pg.types.getTypeParser(oid, format as 'text');
  },
};
