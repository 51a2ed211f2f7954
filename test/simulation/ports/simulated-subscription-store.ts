import type { Checkpoint } from '../../../src/event-sourcing/subscriptions/checkpoint.js';
import {
  type Briefing,
  type Claimed,
  type Declaration,
  type Progress,
  SubscriptionStore,
  type Survey,
} from '../../../src/event-sourcing/subscriptions/subscription-store.js';
import type { SubscriptionRows } from '../database/subscription-rows.js';
import type { Network } from '../machines/network.js';

export class SimulatedSubscriptionStore extends SubscriptionStore {
  constructor(
    private readonly network: Network,
    private readonly rows: SubscriptionRows,
  ) {
    super();
  }

  declare(subscriptions: readonly Declaration[], head: number): Promise<void> {
    return this.network.ask(`declare at ${head}`, () => this.rows.declare(subscriptions, head));
  }

  survey(names: readonly string[], owner: number): Promise<Survey> {
    return this.network.read('survey', () => this.rows.survey(names, owner));
  }

  claim(names: readonly string[], owner: number): Promise<Claimed[]> {
    return this.network.ask(`claim ${names.join()}`, () => this.rows.claim(names, owner));
  }

  brief(names: readonly string[]): Promise<ReadonlyMap<string, Briefing>> {
    return this.network.read(`brief ${names.join()}`, () => this.rows.brief(names));
  }

  renew(names: readonly string[], owner: number): Promise<ReadonlyMap<string, number>> {
    return this.network.ask(`renew ${names.join()}`, () => this.rows.renew(names, owner));
  }

  giveBack(name: string, epoch: number, trouble?: string): Promise<void> {
    return this.network.ask(`give back ${name}`, () => this.rows.giveBack(name, epoch, trouble));
  }

  release(owner: number): Promise<void> {
    return this.network.ask('release', () => this.rows.release(owner));
  }

  advanceIdle(steps: readonly Checkpoint[]): Promise<ReadonlySet<string>> {
    return this.network.ask(`idle ${steps.map(textOf).join()}`, () => this.rows.advanceIdle(steps));
  }

  checkpoint(step: Checkpoint): Promise<void> {
    const { rows } = this;
    return this.network.step(step.subscription, 'progress', `checkpoint ${textOf(step)}`, function* () {
      rows.checkpoint(step);
    });
  }

  progress(names: readonly string[]): Promise<ReadonlyMap<string, Progress>> {
    return this.network.read('progress', () => this.rows.progress(names));
  }

  lettersOf(name: string, streamId: string, limit: number): Promise<number[]> {
    return this.network.read(`letters of ${name} ${streamId}`, () => this.rows.lettersOf(name, streamId, limit));
  }
}

export const textOf = ({ subscription, from, to, epoch, settles, setsAside }: Checkpoint): string =>
  `${subscription} ${from} to ${to} (epoch ${epoch})` +
  (settles === undefined ? '' : ` settles ${settles}`) +
  (setsAside?.map(({ row, kind }) => ` sets aside ${row.position} ${kind}`).join('') ?? '');
