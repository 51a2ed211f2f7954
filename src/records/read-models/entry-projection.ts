import { type DomainEvent, type Instant, Projection } from '../../event-sourcing/index.js';
import type { EnteredInError, OfPatient } from '../events/entry.js';
import type { EntryDocument } from './entry-document.js';
import type { EntryRow } from './entry-row.js';

type Own<Document extends EntryDocument> = Omit<Document, keyof EntryDocument>;

/** The life of a row that all kinds of entries share: recorded, changed, withdrawn. */
export abstract class EntryProjection<Document extends EntryDocument> extends Projection<EntryRow<Document>> {
  /** Whether the entry, which was not entered in error, belongs in the chart. */
  protected abstract belongsInChart(entry: Document): boolean;

  protected recorded(
    { data, recorded }: DomainEvent<OfPatient & { readonly encounterId?: string }>,
    effectiveAt: Instant,
    own: Own<Document>,
  ): EntryRow<Document> {
    const shared: EntryDocument = {
      id: recorded.streamId,
      patientId: data.patientId,
      encounterId: data.encounterId,
      effectiveAt,
      recordedAt: recorded.recordedAt,
      recordedBy: recorded.metadata.actor,
      version: recorded.streamVersion,
    };
    return this.row({ ...own, ...shared } as Document);
  }

  protected changed(row: EntryRow<Document>, { recorded }: DomainEvent, own: Partial<Own<Document>>) {
    return this.row({ ...row.entry, ...own, version: recorded.streamVersion });
  }

  protected withdrawn(row: EntryRow<Document>, event: DomainEvent<EnteredInError>, own: Partial<Own<Document>>) {
    const { recorded, data } = event;
    const enteredInError = { reason: data.reason, at: recorded.recordedAt };
    return this.row({ ...row.entry, ...own, enteredInError, version: recorded.streamVersion });
  }

  private row(entry: Document): EntryRow<Document> {
    return {
      id: entry.id,
      patientId: entry.patientId,
      inChart: !entry.enteredInError && this.belongsInChart(entry),
      effectiveAt: entry.effectiveAt,
      entry,
    };
  }
}
