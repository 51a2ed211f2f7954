import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AsOf, type DomainEvent, type EventClass, type Instant, notFound, Reads } from '../../event-sourcing/index.js';
import { decodeCursor, encodeCursor } from '../../http/index.js';
import { patientEvents } from '../events/catalogue.js';
import { type PatientDocument, type PatientSummary, PatientSummaryProjection } from '../read-models/patient-summary.js';
import { type Difference, differences } from './differences.js';

/** One thing that happened to the patient's record: who did it, when, and which fields are different since. */
export interface HistoryEntry {
  readonly version: number;
  /** Stable name of the event, such as `demographics-corrected`. */
  readonly event: string;
  readonly recordedAt: Instant;
  readonly actor: string;
  readonly role: string | null;
  readonly onBehalfOf: string | null;
  readonly purpose: string | null;
  /** Why, where the event needed a reason. */
  readonly reason: string | null;
  readonly changes: Difference[];
}

export interface HistoryPage {
  readonly items: HistoryEntry[];
  readonly nextCursor: string | null;
}

const nameOf = new Map<unknown, string>(
  Object.entries(patientEvents).map(([name, { event }]): [EventClass, string] => [event, name.split('.')[1] ?? name]),
);

/** What happened to the patient's record, the latest first. */
export class GetPatientHistory extends Query<HistoryPage> {
  constructor(
    readonly patientId: string,
    readonly page: { readonly limit: number; readonly cursor?: string },
  ) {
    super();
  }
}

/** Reads the log itself, and so is never behind it. Only the patient's own stream is read, which is short. */
@QueryHandler(GetPatientHistory)
@Reads()
export class GetPatientHistoryHandler implements IQueryHandler<GetPatientHistory> {
  constructor(
    private readonly past: AsOf,
    private readonly summaries: PatientSummaryProjection,
  ) {}

  async execute({ patientId, page: { limit, cursor } }: GetPatientHistory): Promise<HistoryPage> {
    const [before] = decodeCursor(cursor, 'number') ?? [Infinity];
    const events = (await this.past.events([patientId])).filter((event) => this.summaries.handles(event));
    if (events.length === 0) throw notFound('patient');

    const older = this.entries(events, patientId)
      .reverse()
      .filter(({ version }) => version < before);
    const items = older.slice(0, limit);
    const last = items.at(-1);
    return { items, nextCursor: last && older.length > limit ? encodeCursor(last.version) : null };
  }

  /** The diffs are those of the read model: what callers saw before and after each event. */
  private entries(events: readonly DomainEvent[], patientId: string): HistoryEntry[] {
    let row: PatientSummary | undefined;
    return events.map((event) => {
      const next = this.summaries.evolve(row, event, patientId);
      const changes = differences(fieldsOf(row?.document), fieldsOf(next?.document));
      row = next;
      const { streamVersion: version, recordedAt, metadata } = event.recorded;
      return {
        version,
        event: nameOf.get(event.constructor) ?? event.constructor.name,
        recordedAt,
        actor: metadata.actor,
        role: metadata.role ?? null,
        onBehalfOf: metadata.onBehalfOf ?? null,
        purpose: metadata.purpose ?? null,
        reason: reasonOf(event),
        changes,
      };
    });
  }
}

/** Without what every event changes. A record not in error is not worth a line of its first entry. */
function fieldsOf(patient: PatientDocument | undefined): object {
  if (!patient) return { enteredInError: false };
  const { id: _id, version: _version, registeredAt: _registered, updatedAt: _updated, ...fields } = patient;
  return fields;
}

const reasonOf = ({ data }: DomainEvent): string | null =>
  'reason' in data && typeof data.reason === 'string' ? data.reason : null;
