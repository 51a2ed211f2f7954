import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Element } from '../fhir/element.js';
import { NotImported, unusable } from '../fhir/not-imported.js';
import type { Entry } from '../fhir/references.js';
import { jsonFaultOf, lineAndColumn } from './json-fault.js';

/** Nobody's history is longer; a gzip bomb is. */
const MAX_BYTES = 256 * 1024 * 1024;
const BUNDLE_TYPES = new Set(['transaction', 'batch', 'collection']);

/** A file that cannot be read as a bundle, and where that shows. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';

  constructor(
    readonly code: string,
    readonly place?: string,
  ) {
    super(code);
  }
}

export interface Bundle {
  readonly entries: readonly Entry[];
  /** Entries that hold no resource. */
  readonly faults: readonly { readonly index: number; readonly fault: NotImported }[];
}

/** @throws UnreadableFile */
export async function readBundle(file: string): Promise<Bundle> {
  return bundleOf(parsed(decoded(await contentOf(file))));
}

/** Unpacked by what it is, not by what it is called. */
async function contentOf(file: string): Promise<Buffer> {
  const stored = await bytesOf(createReadStream(file)).catch((error: unknown) => {
    throw error instanceof UnreadableFile
      ? error
      : new UnreadableFile('unreadable', (error as NodeJS.ErrnoException).code);
  });
  if (!(stored[0] === 0x1f && stored[1] === 0x8b)) {
    if (file.endsWith('.gz')) throw new UnreadableFile('invalid-gzip', 'byte 0');
    return stored;
  }
  const gunzip = createGunzip();
  gunzip.end(stored);
  return bytesOf(gunzip).catch((error: unknown) => {
    if (error instanceof UnreadableFile) throw error;
    const truncated = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
    throw new UnreadableFile(truncated ? 'truncated-gzip' : 'invalid-gzip', `byte ${gunzip.bytesWritten}`);
  });
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new UnreadableFile('too-large', `byte ${MAX_BYTES}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decoded(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new UnreadableFile('invalid-utf-8');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const offset = jsonFaultOf(text);
    throw new UnreadableFile('invalid-json', `${lineAndColumn(text, offset)}, offset ${offset}`);
  }
}

function bundleOf(value: unknown): Bundle {
  try {
    const bundle = new Element(value, 'Bundle');
    if (bundle.field('resourceType').value !== 'Bundle') throw new UnreadableFile('not-a-bundle', 'resourceType');
    if (!BUNDLE_TYPES.has(bundle.field('type').text())) throw new UnreadableFile('unsupported-bundle-type', 'type');
    return split(bundle.items('entry').map((entry, index) => new Element(entry.value, `entry[${index}]`)));
  } catch (error) {
    throw error instanceof NotImported ? new UnreadableFile(error.code, error.path) : error;
  }
}

function split(elements: readonly Element[]): Bundle {
  const entries: Entry[] = [];
  const faults: { index: number; fault: NotImported }[] = [];
  elements.forEach((element, index) => {
    try {
      entries.push(entryOf(element, index));
    } catch (error) {
      if (!(error instanceof NotImported)) throw error;
      faults.push({ index, fault: error });
    }
  });
  return { entries, faults };
}

function entryOf(element: Element, index: number): Entry {
  const resource = element.field('resource');
  if (!resource.exists) throw unusable('missing-field', resource.path);
  const typeElement = resource.field('resourceType');
  const type = typeElement.text();
  if (!/^[A-Z][A-Za-z]{1,63}$/.test(type)) throw unusable('unknown-code', typeElement.path);
  const id = resource.field('id').optionalText();
  const url = element.field('fullUrl').optionalText() ?? (id === undefined ? undefined : `${type}/${id}`);
  if (url === undefined) throw unusable('missing-field', element.field('fullUrl').path);
  return { index, type, url, resource };
}
