/** How pg writes a JavaScript value as text for the server. Exported for query classes other than pg's own (as pg-cursor uses it). */
declare module 'pg/lib/utils.js' {
  const utils: { prepareValue(value: unknown): string | Buffer | null };
  export default utils;
}
