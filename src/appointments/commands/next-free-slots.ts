import { Injectable } from '@nestjs/common';
import type { Instant } from '../../event-sourcing/index.js';
import { freeSlots } from '../domain/free-slots.js';
import { common, DAY, type Interval, merged, MINUTE } from '../domain/interval.js';
import type { Schedule } from '../domain/schedule.js';
import type { ServiceType } from '../domain/service-type.js';
import { ResourceAllocations } from './resource-allocations.js';

/** A time at which all of the resources are free. */
export interface FreeSlot {
  readonly resourceIds: readonly string[];
  readonly start: Instant;
  readonly end: Instant;
}

export interface WantedTime {
  readonly service: ServiceType;
  readonly schedules: readonly Schedule[];
  readonly start: Instant;
  /** Its own time does not stand in its way: an appointment that is being moved. */
  readonly ignoring?: string;
}

const OFFERED = 5;
/** Looked at one after the other until enough is found: most searches end in the first. */
const STEPS_DAYS = [7, 21, 62];

/** What is offered to somebody whose time could not be had. Reads the write side: it knows what the refusal knew. */
@Injectable()
export class NextFreeSlots {
  constructor(private readonly allocations: ResourceAllocations) {}

  /** The first free slots from the wanted start on, within 62 days. */
  async of({ service, schedules, start, ignoring }: WantedTime, now: Instant): Promise<FreeSlot[]> {
    const from = Math.max(Date.parse(start), service.earliestStart(now));
    const resourceIds = schedules.map(({ id }) => id);
    let found: Interval[] = [];
    for (const days of STEPS_DAYS) {
      const window = { from, to: Math.min(from + days * DAY, service.latestStart(now)) };
      if (window.from >= window.to) break;
      const { durationMinutes, bufferBeforeMinutes, bufferAfterMinutes, slotIntervalMinutes } = service.terms;
      const search = {
        window,
        openings: openingsOfAll(schedules, window),
        busy: await this.allocations.taken(resourceIds, withBuffers(window, service), now, ignoring),
        duration: durationMinutes * MINUTE,
        bufferBefore: bufferBeforeMinutes * MINUTE,
        bufferAfter: bufferAfterMinutes * MINUTE,
        step: slotIntervalMinutes * MINUTE,
      };
      found = freeSlots(search, OFFERED);
      if (found.length === OFFERED) break;
    }
    return found.map((slot) => ({
      resourceIds,
      start: new Date(slot.from).toISOString(),
      end: new Date(slot.to).toISOString(),
    }));
  }
}

const withBuffers = ({ from, to }: Interval, { terms }: ServiceType): Interval => ({
  from: from - terms.bufferBeforeMinutes * MINUTE,
  to: to + terms.bufferAfterMinutes * MINUTE,
});

function openingsOfAll(schedules: readonly Schedule[], window: Interval): Interval[] {
  const [first, ...others] = schedules.map((schedule) => schedule.openings(window));
  return others.reduce((open, other) => common(merged(open), merged(other)), first!);
}
