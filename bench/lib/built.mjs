import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './config.mjs';

export const dist = path.join(root, 'dist');

/** A module of the built application. */
export function built(module) {
  const file = path.join(dist, 'src', `${module}.js`);
  if (!existsSync(file)) throw new Error('Build the application first: npm run build');
  return import(pathToFileURL(file));
}
