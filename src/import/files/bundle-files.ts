import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SettingError } from '../../operations/config.js';

export interface BundleFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

const BUNDLE = /\.(json|gz)$/i;
/** Synthea's names for those that other bundles refer to. */
const FIRST = /^(practitioner|hospital)Information/;

/**
 * The files of a folder that look like bundles, those with practitioners first; or the one file that is named.
 * @throws SettingError when there is none
 */
export async function bundleFiles(folder: string): Promise<BundleFile[]> {
  const found = await stat(folder).catch(() => undefined);
  if (!found) throw new SettingError('FOLDER', `${JSON.stringify(folder)} does not exist`);
  if (found.isFile()) return [{ name: folder, path: folder, bytes: found.size }];

  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && BUNDLE.test(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => Number(FIRST.test(b)) - Number(FIRST.test(a)) || (a < b ? -1 : 1));
  if (names.length === 0) throw new SettingError('FOLDER', `${JSON.stringify(folder)} has no .json or .json.gz file`);
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      // A file that cannot be looked at is reported when it cannot be read.
      const bytes = await stat(path).then(
        ({ size }) => size,
        () => 0,
      );
      return { name, path, bytes };
    }),
  );
}

export const definesPractitioners = ({ name }: BundleFile): boolean => FIRST.test(name);
