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

const PAGES = [21, 201];

/**
 * A bound for the rows of an ordered range from which `limit` are taken. PostgreSQL takes a limit that is a parameter for a tenth
 * of what is there, and would plan a statement anew each time, to know better, unless that is little.
 */
export const mostOf = (limit: number): number => PAGES.find((most) => most >= limit) ?? limit;
