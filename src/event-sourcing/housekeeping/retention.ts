/** How many days what is over is kept. What is not named here is kept for ever: dead commands, and whatever may still be made up for. */
export interface Retention {
  /** Commands of sagas that are done or were withdrawn. */
  readonly doneCommands: number;
  /** Commands of sagas that a rule refused. */
  readonly refusedCommands: number;
  /** Answers to idempotency keys: never fewer than 7. */
  readonly answers: number;
  /** Events that were set aside for a subscription that is gone. */
  readonly lettersOfGoneSubscriptions: number;
}

export const RETENTION: Retention = {
  doneCommands: 7,
  refusedCommands: 90,
  answers: 7,
  lettersOfGoneSubscriptions: 90,
};

/** What clients were promised (docs/api-conventions.md): the same key gives the same answer for at least this long. */
export const FEWEST_DAYS_OF_ANSWERS = 7;
