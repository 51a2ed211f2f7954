import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SettingError } from './config.js';

/** Returns the URL. @throws SettingError when the address cannot be used. */
export async function listen(
  app: NestFastifyApplication,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw explained(error, host, port);
  }
  return (await app.getUrl()).replace('[::]', 'localhost').replace('0.0.0.0', 'localhost');
}

function explained(error: unknown, host: string, port: number): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new SettingError('PORT', `${port} is taken by another program: choose another one`);
    case 'EACCES':
      return new SettingError('PORT', `${port} may not be used by this user: choose one above 1023`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new SettingError('HOST', `${host} is no address of this machine`);
    default:
      return error;
  }
}
