import { Injectable } from '@nestjs/common';
import type { Instant } from '../../event-sourcing/index.js';
import { freeSlots, withBuffers } from '../domain/free-slots.js';
import { common, DAY, type Interval, merged } from '../domain/interval.js';
import type { Schedule } from '../domain/schedule.js';
import { bookableWithin } from '../domain/service-terms.js';
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
    const from = Date.parse(start);
    const resourceIds = schedules.map(({ id }) => id);
    let found: Interval[] = [];
    for (const days of STEPS_DAYS) {
      const window = bookableWithin(service.terms, { from, to: from + days * DAY }, now);
      const looked = withBuffers(service.terms, window);
      const busy = await this.allocations.taken(resourceIds, looked, now, ignoring);
      found = freeSlots({ terms: service.terms, window, openings: openingsOfAll(schedules, window), busy }, OFFERED);
      if (found.length === OFFERED) break;
    }
    return found.map((slot) => ({
      resourceIds,
      start: new Date(slot.from).toISOString(),
      end: new Date(slot.to).toISOString(),
    }));
  }
}

function openingsOfAll(schedules: readonly Schedule[], window: Interval): Interval[] {
  const [first, ...others] = schedules.map((schedule) => schedule.openings(window));
  return others.reduce((open, other) => common(merged(open), merged(other)), first!);
}
