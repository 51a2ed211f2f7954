import { Injectable } from '@nestjs/common';

export interface SubscriptionState {
  readonly name: string;
  /** It is being worked on, by this process or by another one. */
  readonly running: boolean;
  /** It has handled everything that is committed. */
  readonly caughtUp: boolean;
}

/** How the subscriptions of this process are doing: projections, sagas, durable commands. The engine answers. */
@Injectable()
export class SubscriptionStatus {
  states(): Promise<readonly SubscriptionState[]> {
    return Promise.resolve([]);
  }
}
