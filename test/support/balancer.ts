import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type CallerRole, type Client, clientOf } from './client.js';
import { until } from './until.js';

/** How often each process is asked whether it is ready. */
const ASKED_EVERY_MS = 100;
/** Not ready so many times in a row: it gets no more requests. */
const MISSES = 2;

interface Target {
  readonly url: string;
  readonly agent: Agent;
  ready: boolean;
  misses: number;
  draining: boolean;
  underWay: number;
}

/**
 * Gives requests to the processes that say they are ready, by turns. It tries nothing twice: an answer that a client does not get
 * is a failure of the service, and is counted here.
 */
export class Balancer {
  readonly faults: string[] = [];
  url = '';
  private readonly server: Server = createServer((incoming, answer) => this.pass(incoming, answer));
  private readonly targets = new Map<string, Target>();
  private turn = 0;
  private closed = false;

  static async start(): Promise<Balancer> {
    const balancer = new Balancer();
    // It never ends a connection that a client is just about to use again: what a client loses is lost by the service.
    balancer.server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => balancer.server.listen(0, '127.0.0.1', resolve));
    balancer.url = `http://127.0.0.1:${(balancer.server.address() as AddressInfo).port}`;
    return balancer;
  }

  client(role?: CallerRole): Client {
    return clientOf(this.url, role);
  }

  /** Returns when the process gets requests: it is ready. */
  async add({ url }: { readonly url: string }): Promise<void> {
    const target = {
      url,
      agent: new Agent({ keepAlive: true }),
      ready: false,
      misses: 0,
      draining: false,
      underWay: 0,
    };
    this.targets.set(url, target);
    void this.watch(target);
    await until(() => target.ready, 30_000);
  }

  /** The process gets no more requests. Returns when those under way are answered. */
  async drain({ url }: { readonly url: string }): Promise<void> {
    const target = this.targets.get(url);
    if (!target) return;
    target.draining = true;
    await until(() => target.underWay === 0, 30_000);
    target.agent.destroy();
    this.targets.delete(url);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { agent } of this.targets.values()) agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async watch(target: Target): Promise<void> {
    while (!this.closed && !target.draining) {
      const ready = await fetch(new URL('/health/ready', target.url)).then(
        ({ ok }) => ok,
        () => false,
      );
      target.misses = ready ? 0 : target.misses + 1;
      target.ready = ready || (target.ready && target.misses < MISSES);
      await pause(ASKED_EVERY_MS);
    }
  }

  private pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = '', url = '', headers } = incoming;
    const ready = [...this.targets.values()].filter((one) => one.ready && !one.draining);
    const target = ready[this.turn++ % ready.length];
    if (!target) return this.fail(answer, `${method} ${url}: no process is ready`);

    target.underWay++;
    const over = () => {
      target.underWay--;
    };
    const outgoing = request(new URL(url, target.url), { method, headers, agent: target.agent }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer).once('close', over);
      from.once('error', (error) => {
        this.faults.push(`${method} ${url} at ${target.url}, in its answer: ${error.message}`);
        answer.destroy(error);
      });
    });
    outgoing.once('error', (error) => {
      over();
      this.fail(answer, `${method} ${url} at ${target.url}: ${error.message}`);
    });
    incoming.pipe(outgoing);
  }

  private fail(answer: ServerResponse, fault: string): void {
    if (this.closed) return;
    this.faults.push(fault);
    answer.writeHead(502, { 'content-type': 'text/plain' }).end(fault);
  }
}
