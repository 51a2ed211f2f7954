import type { LoggedEvent } from '../tail/logged-event.js';
import type { Checkpoint } from './checkpoint.js';
import type { Consumer } from './consumer.js';
import type { Briefing, Claimed } from './subscription-store.js';

/** Where a subscription stands: how far it is stored, which streams are set aside for it, and which events are of its concern. */
export class Standing {
  /** Stored up to here. */
  stored: number;
  /** Streams of which an event is set aside: their later ones follow it. */
  readonly asideStreams: Set<string>;

  constructor(
    private readonly consumer: Consumer,
    private readonly claim: Claimed,
    readonly briefing: Briefing,
  ) {
    this.stored = claim.position;
    this.asideStreams = new Set(briefing.setAside.map(({ streamId }) => streamId));
  }

  get name(): string {
    return this.claim.name;
  }

  stepTo(to: number): Checkpoint {
    return { subscription: this.claim.name, from: this.stored, to, epoch: this.claim.epoch };
  }

  /** Events that are of no concern to this subscription, in this or another build, cost nothing. */
  concerns({ row: { type, position } }: LoggedEvent): boolean {
    return this.consumer.types.has(type) || this.isAnothers(type, position);
  }

  /** Only a consumer of another build handles it: that one will want it. */
  isAnothers(type: string, position: number): boolean {
    const { types, passesOver } = this.consumer;
    return !types.has(type) && !passesOver.has(type) && position > (this.briefing.declared.get(type) ?? Infinity);
  }
}
