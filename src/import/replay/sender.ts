import { Injectable, Logger } from '@nestjs/common';
import { CommandBus, type ICommand } from '@nestjs/cqrs';
import { setTimeout as pause } from 'node:timers/promises';
import { isUnavailable } from '../../database/unavailable.js';
import { DomainError } from '../../event-sourcing/index.js';
import { KnownStreams } from './known.js';

/** What became of a command. */
export type Sent =
  | { readonly outcome: 'imported' | 'already' }
  /** `pointer` is into what was sent, where it says what is wrong with it. */
  | { readonly outcome: 'failed'; readonly code: string; readonly pointer?: string };

/** How modules refuse what they have already: somebody else imports the same at this moment. */
const ALREADY = new Set(['patient-already-registered', 'encounter-already-started', 'already-recorded']);

/** Waits while the database is away, 32 s in all: long enough for a restart. */
const WAITS_MS = [500, 1500, 5000, 10_000, 15_000];

/** What was sent is stored or not; another import goes on from there. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped';

  constructor(reason: string) {
    super(`${reason} Import again to go on from here.`);
  }
}

/** Sends commands, and takes refusals as answers. */
@Injectable()
export class Sender {
  private readonly logger = new Logger('Import');

  constructor(
    private readonly commandBus: CommandBus,
    private readonly known: KnownStreams,
  ) {}

  /** @param creates id of the stream that the command begins, where it begins one @throws ImportStopped */
  async send(command: ICommand, creates?: string): Promise<Sent> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.commandBus.execute(command);
        return { outcome: 'imported' };
      } catch (error) {
        if (error instanceof DomainError) return refusal(error);
        if (!isUnavailable(error)) return this.unexpected(error, creates);
        const wait = WAITS_MS[attempt];
        if (wait === undefined) throw new ImportStopped('The database is not available.');
        await pause(wait);
      }
    }
  }

  /** Two imports at once may begin one stream: the later one meets a conflict. */
  private async unexpected(error: unknown, creates: string | undefined): Promise<Sent> {
    if (creates !== undefined && (await this.known.of([creates])).has(creates)) return { outcome: 'already' };
    this.logger.error(error);
    return { outcome: 'failed', code: 'internal-error' };
  }
}

function refusal({ code, extensions }: DomainError): Sent {
  if (ALREADY.has(code)) return { outcome: 'already' };
  const [first] = (extensions['errors'] ?? []) as readonly { readonly pointer?: string }[];
  return { outcome: 'failed', code, ...(first?.pointer && { pointer: first.pointer }) };
}
