/** Why a resource does not go in. The message names codes and places only, never a value that could be personal data. */
export class NotImported extends Error {
  override readonly name = 'NotImported';

  constructor(
    readonly outcome: 'skipped' | 'failed',
    /** Stable, kebab-case, as the codes of the API. */
    readonly code: string,
    /** Where in the file: `entry[3].resource.period.start`. */
    readonly path?: string,
  ) {
    super(code);
  }
}

/** There is no place for it here, and nothing is wrong with it. */
export const leftOut = (reason: string): NotImported => new NotImported('skipped', reason);

/** Something is wrong with it. */
export const unusable = (code: string, path: string): NotImported => new NotImported('failed', code, path);
