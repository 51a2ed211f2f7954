import { Injectable } from '@nestjs/common';
import type { DomainEvent, Instant } from '../domain-event.js';

@Injectable()
export class EventStore {
  async fold(
    _ids: readonly string[],
    _each: (streamId: string, version: number, position: number, event: DomainEvent) => void,
  ): Promise<void> {}
  async recordedEvents(_ids: readonly string[], _moment?: Instant): Promise<DomainEvent[]> {
    return [];
  }
}
