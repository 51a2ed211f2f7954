import type { Element } from './element.js';
import { unusable } from './not-imported.js';

/** A resource of a bundle, and where it stands. */
export interface Entry {
  readonly index: number;
  readonly type: string;
  /** As other entries refer to it: `urn:uuid:…`, or `Type/id` where the entry has no `fullUrl`. */
  readonly url: string;
  readonly resource: Element;
}

/** The part of a URL by which a resource is the same on every server: `Patient/123`. */
const RELATIVE = /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/.*)?$/;
/** A search in place of an address, as transactions may have: `Practitioner?identifier=system|value`. */
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?identifier=([^|]+)\|(.+)$/;

export interface ConditionalReference {
  readonly type: string;
  readonly system: string;
  readonly value: string;
}

/** Finds what entries of a bundle refer to, whether by `fullUrl`, by `Type/id`, or by an absolute URL that ends in it. */
export class References {
  private readonly byUrl = new Map<string, Entry>();

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) {
      this.byUrl.set(entry.url, entry);
      const id = entry.resource.field('id').value;
      if (typeof id === 'string') this.byUrl.set(`${entry.type}/${id}`, entry);
    }
  }

  /** Nothing where there is no reference. @throws NotImported `dangling-reference`, `wrong-type` */
  optional(reference: Element): Entry | undefined {
    const element = reference.field('reference');
    const target = element.optionalText();
    if (target === undefined) return undefined;
    const entry = this.byUrl.get(target) ?? this.byUrl.get(RELATIVE.exec(target)?.[1] ?? '');
    if (!entry) throw unusable('dangling-reference', element.path);
    return entry;
  }

  /** @throws NotImported `missing-field`, `dangling-reference`, `wrong-type`; also when it is of another type */
  find(reference: Element, type: string): Entry {
    const entry = this.optional(reference);
    if (!entry) throw unusable('missing-field', `${reference.path}.reference`);
    if (entry.type !== type) throw unusable('dangling-reference', `${reference.path}.reference`);
    return entry;
  }
}

export function conditional(reference: Element): ConditionalReference | undefined {
  const element = reference.field('reference');
  const [, type, system, value] = CONDITIONAL.exec(element.optionalText() ?? '') ?? [];
  if (!type || !system || !value) return undefined;
  try {
    return { type, system: decodeURIComponent(system), value: decodeURIComponent(value) };
  } catch {
    throw unusable('dangling-reference', element.path);
  }
}
