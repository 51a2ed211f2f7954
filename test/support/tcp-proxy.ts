import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Both ends of one connection that goes through the proxy. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Swallowed for good: what arrives is acknowledged and goes nowhere, also after `resume`. */
  lost: boolean;
  /** The client has said that it sends no more. */
  left: boolean;
}

type Mode = 'forwarding' | 'stopped' | 'black hole';

/** A network that can fail, between this machine's clients and one server. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private mode: Mode = 'forwarding';
  /** Connections that were ever made. */
  accepted = 0;

  private constructor(
    private readonly target: { readonly host: string; readonly port: number },
    private listener: Server,
    readonly port: number,
  ) {}

  /** Stands before the server that the URL names, whatever its protocol. */
  static async before(serverUrl: string, defaultPort = 5432): Promise<TcpProxy> {
    const { hostname, port } = new URL(serverUrl);
    const listener = createServer({ allowHalfOpen: true });
    await listening(listener, 0);
    const target = { host: hostname, port: Number(port || defaultPort) };
    const proxy = new TcpProxy(target, listener, (listener.address() as AddressInfo).port);
    listener.on('connection', (client) => proxy.accept(client));
    return proxy;
  }

  /** The same URL, by way of the proxy. */
  url(serverUrl: string): string {
    const url = new URL(serverUrl);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Connections that are open now, as far as the clients are concerned. */
  get open(): number {
    return [...this.pairs].filter(({ left }) => !left).length;
  }

  /** Nothing moves, in any connection, old or new. What was sent meanwhile arrives after `resume`. */
  stop(): void {
    this.mode = 'stopped';
    for (const { client, server } of this.pairs) {
      client.pause();
      server.pause();
    }
  }

  /** All open connections are lost without a word; new ones work. As after a failover, or when a router forgets them. */
  loseConnections(): void {
    for (const pair of this.pairs) pair.lost = true;
  }

  /** As `loseConnections`, and new ones are accepted and lost as well until `resume`. */
  blackHole(): void {
    this.mode = 'black hole';
    this.loseConnections();
  }

  /** All open connections are reset; new ones work. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Open connections are reset, and new ones refused until `resume`. */
  async refuse(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    this.cut();
    await closed;
  }

  /** The network is well again. What was lost stays lost. */
  async resume(): Promise<void> {
    this.mode = 'forwarding';
    if (!this.listener.listening) await listening(this.listener, this.port);
    for (const { client, server } of this.pairs) {
      client.resume();
      server.resume();
    }
  }

  async close(): Promise<void> {
    if (this.listener.listening) await this.refuse();
    this.cut();
  }

  private accept(client: Socket): void {
    this.accepted++;
    const server = connect({ ...this.target, allowHalfOpen: true });
    const pair: Pair = { client, server, lost: this.mode === 'black hole', left: false };
    this.pairs.add(pair);
    this.forward(pair, client, server);
    this.forward(pair, server, client);
    if (this.mode === 'stopped') client.pause();
  }

  private forward(pair: Pair, from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on('data', (bytes) => {
      if (pair.lost || to.write(bytes)) return;
      from.pause();
      to.once('drain', () => {
        if (this.mode !== 'stopped') from.resume();
      });
    });
    // The end of one side is passed on, unless there is nothing between the two any more: then nobody answers to it.
    from.on('end', () => {
      pair.left ||= from === pair.client;
      if (!pair.lost) to.end();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      if (from === pair.client) this.pairs.delete(pair);
      if (!pair.lost || from === pair.client) to.destroy();
    });
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
