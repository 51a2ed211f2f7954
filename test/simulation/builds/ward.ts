import type { ICommand } from '@nestjs/cqrs';
import type { AppendSignal } from '../../../src/event-sourcing/buses/append-signal.js';
import type { DomainEvent, EventClass } from '../../../src/event-sourcing/domain-event.js';
import { ConcurrencyConflict, refused } from '../../../src/event-sourcing/errors.js';
import { type Causes, CommandExecutor } from '../../../src/event-sourcing/sagas/command-executor.js';
import type { Effect } from '../../../src/event-sourcing/unit-of-work.js';
import type { Network } from '../machines/network.js';
import type { SimulatedScheduler } from '../time/simulated-scheduler.js';
import type { World } from '../world.js';
import type { Build } from './build.js';
import { Answer, AnswerAmendment, RingAlarm } from './commands.js';
import { AlarmRang, Answered, type Effected, type Marked, Reminded } from './events.js';

const MAX_ATTEMPTS = 16;

export interface Appending {
  readonly streamId: string;
  readonly events: readonly DomainEvent[];
  readonly isLarge?: boolean;
  readonly staysOpenMs?: number;
  readonly isRolledBack?: boolean;
  readonly completes?: { readonly id: string; readonly epoch: number };
}

/** What a process does of its own: it appends events, executes the commands of sagas, and handles events outside of the database. */
export class Ward extends CommandExecutor {
  constructor(
    private readonly world: World,
    private readonly network: Network,
    private readonly scheduler: SimulatedScheduler,
    private readonly build: Build,
    private readonly appended: AppendSignal,
  ) {
    super();
  }

  /** Loads, appends, and runs again when somebody else was first, as the command bus does. @returns the consistency token */
  async append(appending: Appending): Promise<number> {
    const { streamId, isLarge = false, staysOpenMs = 0, isRolledBack = false, completes } = appending;
    const { log } = this.database;
    for (let attempt = 1; ; attempt++) {
      const expectedVersion = await this.network.read(`load ${streamId}`, () => log.versionOf(streamId));
      const events = appending.events.map((event) => ({ ...this.stored(event), isLarge }));
      const what = `append ${events.map(({ eventId, type }) => `${eventId} ${type}`).join()} to ${streamId}`;
      const metadata = { actor: 'ward', correlationId: 'c' };
      const position = await this.network.transact(what, () =>
        log.append({ streamId, expectedVersion, events, metadata, staysOpenMs, isRolledBack, completes }),
      );
      if (position > 0) {
        this.appended.raise();
        return position;
      }
      if (attempt === MAX_ATTEMPTS) throw new ConcurrencyConflict(streamId, expectedVersion, expectedVersion);
      await this.scheduler.pause(this.world.between(1, 2 ** Math.min(attempt, 6)));
    }
  }

  override async execute(command: ICommand, _causes: Causes, [completion]: readonly Effect[]): Promise<void> {
    const { stream, of, index } = command as Answer;
    await this.behave(`command ${of} ${index}`);
    const [id, epoch] = completion!.values as [string, number];
    await this.append({ streamId: stream, events: [effectOf(command)], completes: { id, epoch } });
  }

  /** Nest's handler of events. */
  async handle(event: DomainEvent): Promise<void> {
    const { data, recorded } = event as DomainEvent<Marked>;
    if (data.poison === 'notify') throw new Error('poison');
    await this.behave(`handler ${recorded.eventId}`);
    const { streamId, streamVersion } = recorded;
    const wasHeld = this.world.holderOf('handler:Notify') === this.network.name;
    this.world.delivered.push({ streamId, streamVersion, wasHeld });
  }

  private get database() {
    return this.world.database;
  }

  private async behave(what: string): Promise<void> {
    const behaviour = this.world.behaviourOf(what);
    if (behaviour.isRefused && what.startsWith('command')) throw refused('refused', 'A rule refuses it.');
    if (behaviour.hangs > 0) {
      behaviour.hangs--;
      await new Promise(() => undefined);
    }
    if (behaviour.failures > 0) {
      behaviour.failures--;
      throw Object.assign(new Error('another server refuses'), { code: 'ECONNREFUSED' });
    }
  }

  private stored(event: DomainEvent) {
    const { name, version } = this.build.registry.catalogue.of(event.constructor as EventClass);
    return { eventId: this.world.newId('e'), type: name, schemaVersion: version, data: event.data };
  }
}

function effectOf(command: ICommand): DomainEvent {
  const { of, index } = command as Effected;
  if (command instanceof Answer || command instanceof AnswerAmendment) return new Answered({ of, index });
  return command instanceof RingAlarm ? new AlarmRang({ of, index }) : new Reminded({ of, index });
}
