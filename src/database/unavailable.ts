/**
 * The database could not do what it was asked: it cannot be reached, does not answer in time, or refuses for a reason that is not in
 * the values it was given, such as a missing right or a full disk. Whether a change took effect is not known. What was asked may be
 * asked again. Made in this folder only, for trouble with this database and no other system.
 */
export class DatabaseUnavailable extends Error {
  override readonly name: string = 'DatabaseUnavailable';

  /** @param sqlState what the server answered, if it did: PostgreSQL documentation, appendix A */
  constructor(
    cause: unknown,
    readonly sqlState?: string,
    message = 'The database is not available',
  ) {
    super(message, { cause });
  }
}

/** There is so much to do that this was not sent to the server, and had no effect. */
export class DatabaseBusy extends DatabaseUnavailable {
  override readonly name = 'DatabaseBusy';

  constructor(reason: string) {
    super(new Error(reason), undefined, 'The database is too busy');
  }
}

export const isUnavailable = (error: unknown): error is DatabaseUnavailable => error instanceof DatabaseUnavailable;
