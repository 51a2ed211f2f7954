// Loaded into a process by `--import`: no name can be resolved while the file that FAILS_WHILE names is there.
import dns from 'node:dns';
import { existsSync } from 'node:fs';

const { lookup } = dns;

dns.lookup = (hostname, ...rest) => {
  if (!existsSync(process.env['FAILS_WHILE'])) return lookup(hostname, ...rest);
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${hostname}`), {
    code: 'EAI_AGAIN',
    errno: -3001,
    syscall: 'getaddrinfo',
    hostname,
  });
  process.nextTick(rest.at(-1), error);
};
