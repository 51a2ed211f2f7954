import { Injectable } from '@nestjs/common';
import { ofType, Saga } from '@nestjs/cqrs';
import { filter, map, merge, type Observable } from 'rxjs';
import { at, CancelTimer, type DomainEvent } from '../../event-sourcing/index.js';
import { ExpireHold } from '../commands/expire-hold.js';
import { AppointmentBooked } from '../events/appointment-events.js';
import { HoldReleased, SlotHeld } from '../events/hold-events.js';

const timerOf = (holdId: string) => `hold/${holdId}`;

/** A hold ends when its time is up, unless it was booked or given back. */
@Injectable()
export class ExpireHolds {
  @Saga()
  expireHolds = (events$: Observable<DomainEvent>) =>
    merge(
      events$.pipe(
        ofType(SlotHeld),
        map(({ data, recorded: { streamId } }) => at(data.expiresAt, new ExpireHold(streamId), timerOf(streamId))),
      ),
      events$.pipe(
        ofType(AppointmentBooked, HoldReleased),
        filter((event) => event instanceof HoldReleased || event.data.fromHold === true),
        map(({ recorded }) => new CancelTimer(timerOf(recorded.streamId))),
      ),
    );
}
