import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { TcpProxy } from './tcp-proxy.js';

/** Long enough for bytes to come by if they could. */
const A_WHILE_MS = 100;

describe('a proxy', () => {
  let echo: Server;
  let proxy: TcpProxy;
  const clients: Socket[] = [];

  beforeEach(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await TcpProxy.before(`tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    echo.close();
  });

  const client = async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const closed = (socket: Socket) =>
    new Promise<void>((resolve) => {
      if (socket.closed) resolve();
      else socket.once('close', () => resolve());
    });
  const answered = async (socket: Socket, text: string) => {
    const answer = once(socket, 'data').then(([bytes]) => String(bytes));
    socket.write(text);
    return Promise.race([answer, pause(A_WHILE_MS, 'nothing')]);
  };

  it('forwards both ways', async () => {
    const socket = await client();
    expect(await answered(socket, 'one')).toBe('one');
    expect([proxy.open, proxy.accepted]).toEqual([1, 1]);
    socket.end();
    await closed(socket);
  });

  it('that is stopped keeps what it was given until it is resumed', async () => {
    const old = await client();
    proxy.stop();
    expect(await answered(old, 'one')).toBe('nothing');
    const young = await client();
    expect(await answered(young, 'two')).toBe('nothing');
    const late = Promise.all([once(old, 'data'), once(young, 'data')]);
    await proxy.resume();
    expect(String(await late)).toBe('one,two');
  });

  it('that is a black hole never gives back what it was given, and forwards new connections once it is resumed', async () => {
    const old = await client();
    proxy.blackHole();
    expect(await answered(old, 'one')).toBe('nothing');
    const young = await client();
    expect(await answered(young, 'two')).toBe('nothing');
    await proxy.resume();
    expect(await answered(old, 'three')).toBe('nothing');
    expect(await answered(young, 'four')).toBe('nothing');
    expect(await answered(await client(), 'five')).toBe('five');
    old.end();
    expect(await Promise.race([closed(old), pause(A_WHILE_MS, 'no goodbye')])).toBe('no goodbye');
  });

  it('can lose the connections that are there and forward new ones', async () => {
    const old = await client();
    proxy.loseConnections();
    expect(await answered(old, 'one')).toBe('nothing');
    expect(await answered(await client(), 'two')).toBe('two');
  });

  it('can cut connections', async () => {
    const old = await client();
    proxy.cut();
    await closed(old);
    expect(await answered(await client(), 'one')).toBe('one');
  });

  it('can refuse connections', async () => {
    const old = await client();
    await proxy.refuse();
    await closed(old);
    await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.resume();
    expect(await answered(await client(), 'one')).toBe('one');
  });
});
