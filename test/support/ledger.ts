import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../../src/event-sourcing/ids.js';
import type { Answer, CallerRole, Client } from './client.js';
import type { Random } from './random.js';

/** A command that a client sent, once or several times, under one Idempotency-Key, which is its correlation id as well. */
export interface Sent {
  readonly key: string;
  readonly what: string;
}

export interface Acknowledged extends Sent {
  readonly id: string;
  readonly version: number;
  /** Consistency token of the answer. */
  readonly position: number;
}

export interface Refused extends Sent {
  readonly status: number;
  readonly code: string;
}

/** Where a client sends its requests: a process, or whoever passes them on to one. */
export interface Api {
  readonly url: string;
  client(role: CallerRole): Client;
}

/** A request that is not answered by then hangs. */
const ANSWER_WITHIN_MS = 15_000;
/** A command that has no final answer by then never gets one. */
const FINAL_ANSWER_WITHIN_MS = 60_000;

const IN_FLIGHT = 'idempotency-key-in-flight';

/**
 * A client's own book of what it was told. It asks again with the same key until it has a final answer: after a lost connection, and
 * while the service is not available. Each attempt goes to any of the processes.
 */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  readonly refused: Refused[] = [];
  /** What must never happen: an answer of the wrong kind, one against the OpenAPI document, or none in time. */
  readonly faults: string[] = [];
  /** Answers 503. */
  unavailable = 0;
  /** Requests whose answer was lost, and to what. */
  readonly lost: string[] = [];
  slowestMs = 0;

  private closed = false;
  private readonly clients = new Map<string, Client>();

  constructor(
    private readonly processes: readonly Api[],
    private readonly random: Random,
  ) {}

  /** Sends one command until it has a final answer. Undefined when that is a refusal, or a fault. */
  async command(
    role: CallerRole,
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer | undefined> {
    const key = newId();
    const sent = { key, what: `${method} ${path}` };
    const answer = await this.final(sent, () =>
      this.ask(role, (client) =>
        client.send(method, path, body && JSON.stringify(body), {
          ...headers,
          'idempotency-key': key,
          'x-correlation-id': key,
        }),
      ),
    );
    if (!answer) return undefined;
    if (answer.status >= 300) {
      this.refused.push({ ...sent, status: answer.status, code: String(answer.body.code) });
      return undefined;
    }
    this.acknowledged.push({
      ...sent,
      id: String(answer.body.id),
      version: Number(answer.headers.get('etag')?.replaceAll('"', '')),
      position: Number(answer.headers.get('consistency-token')),
    });
    return answer;
  }

  /** Reads until there is a final answer. */
  async read(role: CallerRole, path: string, headers?: Readonly<Record<string, string>>): Promise<Answer | undefined> {
    return this.final({ key: '', what: `GET ${path}` }, () => this.ask(role, (client) => client.get(path, headers)));
  }

  /** Whether there is a reason to send more: not when something was wrong, or it was closed. */
  get goesOn(): boolean {
    return !this.closed && this.faults.length === 0;
  }

  /** Asks no more: what has no answer by now gets none. */
  close(): void {
    this.closed = true;
  }

  private async final(sent: Sent, attempt: () => Promise<Answer | undefined>): Promise<Answer | undefined> {
    const deadline = Date.now() + FINAL_ANSWER_WITHIN_MS;
    while (Date.now() < deadline) {
      if (this.closed) return undefined;
      try {
        const answer = await attempt();
        if (answer && isFinal(answer)) return answer;
      } catch (fault) {
        this.faults.push(`${sent.what}: ${String(fault)}`);
        return undefined;
      }
      await pause(5 + this.random.below(60));
    }
    this.faults.push(`${sent.what}: no final answer within ${FINAL_ANSWER_WITHIN_MS} ms`);
    return undefined;
  }

  /** Undefined when the answer was lost. @throws Error for an answer that must never come. */
  private async ask(role: CallerRole, request: (client: Client) => Promise<Answer>): Promise<Answer | undefined> {
    if (this.processes.length === 0) return undefined;
    const process = this.random.pick(this.processes);
    const name = `${process.url} ${role}`;
    const client = this.clients.get(name) ?? process.client(role);
    this.clients.set(name, client);
    const since = Date.now();
    try {
      const answer = await inTime(request(client));
      if (answer.status === 401) this.clients.delete(name);
      if (answer.status === 503) this.countUnavailable(answer);
      if (answer.status >= 500 && answer.status !== 503) throw new Fault(`answered ${answer.status}`);
      return answer;
    } catch (error) {
      // A token ends with the process that gave it, and a new one may not be had at the moment.
      this.clients.delete(name);
      if (error instanceof Fault || isAgainstDocument(error)) throw error;
      this.lost.push(`${process.url}: ${reasonOf(error)}`);
      return undefined;
    } finally {
      this.slowestMs = Math.max(this.slowestMs, Date.now() - since);
    }
  }

  private countUnavailable({ headers, body }: Answer): void {
    this.unavailable++;
    if (!headers.get('content-type')?.startsWith('application/problem+json') || !headers.get('retry-after')) {
      throw new Fault(`503 is no problem with Retry-After: ${JSON.stringify(body)}`);
    }
  }
}

class Fault extends Error {}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause ? `${error.message}: ${reasonOf(error.cause)}` : String(error);

const isAgainstDocument = (error: unknown) =>
  error instanceof Error && error.message.includes('against the OpenAPI document');

const isFinal = ({ status, body }: Answer) =>
  status !== 503 && status !== 401 && !(status === 409 && body.code === IN_FLIGHT);

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault(`no answer within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
