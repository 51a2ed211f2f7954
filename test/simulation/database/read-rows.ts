import type { Row } from '../../../src/event-sourcing/projections/read-table.js';

/** The read tables, each with its rows by their keys. */
export class ReadRows {
  private readonly tables = new Map<string, Map<string, Row>>();

  of(table: string): Map<string, Row> {
    let rows = this.tables.get(table);
    if (!rows) this.tables.set(table, (rows = new Map<string, Row>()));
    return rows;
  }
}
