import { type Statement, statement } from '../../../database/sql.js';

/** Conditions of a statement, with their parameters. */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly texts: string[] = [];

  add(text: (parameter: string) => string, value: unknown): this {
    this.texts.push(text(this.parameter(value)));
    return this;
  }

  parameter(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  /** All of them, and true. */
  get all(): string {
    return ['true', ...this.texts].join(' and ');
  }
}

const statements = new Map<string, Statement>();

/** There are as many texts as there are sets of criteria: each is hashed once. */
export function remembered(text: string): Statement {
  let known = statements.get(text);
  if (!known) statements.set(text, (known = statement(text)));
  return known;
}
