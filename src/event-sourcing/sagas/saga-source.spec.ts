import { ofType } from '@nestjs/cqrs';
import { bufferCount, defer, delay, EMPTY, filter, map, merge, type Observable, zip } from 'rxjs';
import { DomainEvent } from '../domain-event.js';
import { EventCatalogue } from '../event-catalogue.js';
import { SagaSource } from './saga-source.js';

class Came extends DomainEvent<{ n: number }> {}
class Saw extends DomainEvent<{ n: number }> {}
class Went extends DomainEvent<{ n: number }> {}

const catalogue = new EventCatalogue();
catalogue.add({ 'test.came': { event: Came }, 'test.saw': { event: Saw }, 'test.went': { event: Went } });

type Events = Observable<DomainEvent>;
const command = () => ({ do: 'it' });
const typesOf = (...sagas: ((events$: Events) => Observable<object>)[]) =>
  [...new SagaSource('Test', sagas).typesIn(catalogue)].map((name) => name.replace('test.', '')).toSorted();

describe('the types that a saga answers', () => {
  it('are those that its ofType names, in any branch and any member', () => {
    expect(typesOf((events$) => events$.pipe(ofType(Came), map(command)))).toEqual(['came']);
    expect(
      typesOf(
        (events$) => merge(events$.pipe(ofType(Came), map(command)), events$.pipe(ofType(Went), map(command))),
        (events$) => events$.pipe(ofType(Saw), map(command)),
      ),
    ).toEqual(['came', 'saw', 'went']);
    expect(
      typesOf((events$) => zip(events$.pipe(ofType(Came)), events$.pipe(ofType(Went))).pipe(map(command))),
    ).toEqual(['came', 'went']);
  });

  it('do not depend on a setting that is off just now, nor on what is in the event', () => {
    const off = () => false;
    expect(typesOf((events$) => events$.pipe(ofType(Came), filter(off), map(command)))).toEqual(['came']);
    expect(
      typesOf((events$) =>
        events$.pipe(
          ofType(Came),
          filter(({ data }) => data.n > 1),
          map(command),
        ),
      ),
    ).toEqual(['came']);
  });

  it('are all where a setting decides of a type, on or off', () => {
    for (const enabled of [true, false]) {
      const setting = (event: DomainEvent) => event instanceof Came || (event instanceof Saw && enabled);
      expect(typesOf((events$) => events$.pipe(filter(setting), map(command)))).toEqual(['came', 'saw', 'went']);
      expect(
        typesOf(
          (events$) => events$.pipe(ofType(Came), map(command)),
          (events$) =>
            events$.pipe(
              filter((event) => enabled && event instanceof Saw),
              map(command),
            ),
        ),
      ).toEqual(['came', 'saw', 'went']);
      // put together otherwise next time
      expect(typesOf((events$) => (enabled ? events$.pipe(filter(setting), map(command)) : EMPTY))).toEqual([
        'came',
        'saw',
        'went',
      ]);
    }
  });

  it('are those that extend what its ofType names, too', () => {
    class Greeted extends DomainEvent<{ n: number }> {}
    class Hailed extends Greeted {}
    const more = new EventCatalogue();
    more.add({ 'test.greeted': { event: Greeted }, 'test.hailed': { event: Hailed }, 'test.came': { event: Came } });
    const source = new SagaSource('Test', [(events$) => events$.pipe(ofType(Greeted), map(command))]);
    expect([...source.typesIn(more)]).toEqual(['test.greeted', 'test.hailed']);
    expect(typesOf((events$) => events$.pipe(ofType(Came, Went), map(command)))).toEqual(['came', 'went']);
  });

  it('are all where it does not decide by the type alone', () => {
    const all = ['came', 'saw', 'went'];
    expect(
      typesOf((events$) =>
        events$.pipe(
          filter(() => false),
          map(command),
        ),
      ),
    ).toEqual(all);
    expect(
      typesOf((events$) =>
        events$.pipe(
          filter(({ data }) => 'n' in data),
          map(command),
        ),
      ),
    ).toEqual(all);
    expect(typesOf((events$) => events$.pipe(map(command)))).toEqual(all);
    expect(typesOf((events$) => events$.pipe(delay(5), map(command)))).toEqual(all);
    expect(typesOf((events$) => events$.pipe(bufferCount(2), map(command)))).toEqual(all);
    expect(typesOf((events$) => events$)).toEqual(all);
    const ofCame = (events$: Events) => events$.pipe(ofType(Came), map(command));
    const twice = (events$: Events) => merge(ofCame(events$), ofCame(events$));
    expect(typesOf(twice, (events$) => events$)).toEqual(all);
    expect(typesOf((events$) => merge(ofCame(events$), events$))).toEqual(all);
    expect(typesOf((events$) => defer(() => ofCame(events$)))).toEqual(['came']);
  });
});
