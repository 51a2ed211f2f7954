import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { type IQuery, type IQueryHandler, type IQueryResult, QueryBus } from '@nestjs/cqrs';
import { DomainError } from '../errors.js';
import { currentContext } from '../execution-context.js';
import { projectionsReadBy } from '../reads.js';
import { subscriptionNameOf } from '../projections/projects.js';
import { SetAsideRows } from './set-aside-rows.js';
import { Subscriptions } from '../subscriptions/subscriptions.js';

export const READ_YOUR_WRITE_TIMEOUT_MS = Symbol('READ_YOUR_WRITE_TIMEOUT_MS');

/** Nest's query bus, which lets a query with a consistency token wait until its read models have caught up with it. */
@Injectable()
export class DurableQueryBus extends QueryBus {
  private readonly reads = new Map<object, readonly string[]>();

  constructor(
    moduleRef: ModuleRef,
    // At the index of Nest's own parameter: a subclass inherits the parent's @Inject by index.
    @Inject('CQRS_MODULE_OPTIONS') options: object,
    private readonly subscriptions: Subscriptions,
    private readonly setAside: SetAsideRows,
    @Inject(READ_YOUR_WRITE_TIMEOUT_MS) private readonly timeoutMs: number,
  ) {
    super(moduleRef, options);
  }

  /** @throws Error when a handler does not say what it reads. */
  protected override registerHandler(handler: InstanceWrapper<IQueryHandler<IQuery>>): void {
    super.registerHandler(handler);
    const handlerClass = handler.metatype as { readonly name: string } & object;
    const query = Reflect.getMetadata('__queryHandler__', handlerClass) as object;
    this.reads.set(query, projectionsReadBy(handlerClass).map(subscriptionNameOf));
  }

  /**
   * @throws DomainError `read-model-behind` (unavailable) when a read model does not catch up in time, `set-aside` (unavailable) when what
   * it asks for lacks events that could not be handled
   */
  override async execute<T extends IQuery, R extends IQueryResult>(query: T): Promise<R> {
    const { consistencyToken } = currentContext();
    if (consistencyToken !== undefined)
      await this.waitFor(query, consistencyToken, this.reads.get(query.constructor) ?? []);
    return super.execute<T, R>(query);
  }

  private async waitFor(query: object, position: number, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const withDeadLetters = await this.subscriptions.havePassed(names, position, this.timeoutMs);
    if (!withDeadLetters) {
      throw new DomainError(
        'unavailable',
        'read-model-behind',
        'What you wrote is stored, but cannot be read yet. Ask again shortly.',
      );
    }
    if (withDeadLetters.length === 0 || !(await this.setAside.concern(query, position, withDeadLetters))) return;
    throw new DomainError(
      'unavailable',
      'set-aside',
      'What you wrote is stored, but some of it cannot be shown until the service is mended. Without a token you get what can be shown.',
    );
  }
}
