import { AsyncLocalStorage } from 'node:async_hooks';
import type { Effect } from './unit-of-work.js';

export type Role = 'receptionist' | 'practitioner' | 'patient' | 'admin' | 'system';

/** Who is calling. */
export interface Actor {
  readonly id: string;
  readonly role: Role;
  /** The one patient that an actor of role `patient` may see. */
  readonly patientId?: string;
}

/** What a command left behind: the source of the answer's ETag and Consistency-Token. */
export interface CommandOutcome {
  /** Global position of the last event appended, or of the last one seen when nothing had to change. */
  readonly position: number;
  /** New version of each stream that the command loaded or changed. */
  readonly versions: ReadonlyMap<string, number>;
}

/** Everything about a call that is not in the command or query itself. */
export interface ExecutionContext {
  readonly actor: Actor;
  readonly onBehalfOf?: string;
  readonly purpose?: string;
  readonly correlationId: string;
  readonly causationId?: string;
  /** `If-Match`: the stream must be at this version, else the command ends in a `version` error. */
  readonly ifMatch?: { readonly streamId: string; readonly version: number };
  /** `Idempotency-Key`, with a hash of the whole request. */
  readonly idempotency?: { readonly key: string; readonly requestHash: string };
  /** `Consistency-Token`: queries wait until what they read has passed this position. */
  readonly consistencyToken?: number;
  /** Goes into the command's transaction: how a worker records that a pending command is done. */
  readonly effects?: readonly Effect[];
  /** Set by the command bus. */
  outcome?: CommandOutcome;
}

const storage = new AsyncLocalStorage<ExecutionContext>();

export const SYSTEM: Actor = { id: 'system', role: 'system' };

/** The context of the running call. Outside of any call, as in the CLI, it is the system's. */
export const currentContext = (): ExecutionContext =>
  storage.getStore() ?? { actor: SYSTEM, correlationId: '00000000-0000-0000-0000-000000000000' };

/** Runs `call`, and everything that it awaits, in the given context. */
export const runInContext = <T>(context: ExecutionContext, call: () => T): T => storage.run(context, call);
