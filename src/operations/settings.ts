import { existsSync } from 'node:fs';
import { Config } from './config.js';

/**
 * The settings of this process: its environment, and for what is not set there the file `.env`, where there is one.
 *
 * @throws SettingError for the first setting that is missing or wrong.
 */
export function readSettings(): Config {
  if (process.env['NODE_ENV'] !== 'test' && existsSync('.env')) process.loadEnvFile('.env');
  return new Config(process.env);
}
