import { unusable } from './not-imported.js';

/** Longer texts do not belong into an event. */
const MAX_TEXT = 10_000;
/** NUL, which PostgreSQL cannot store, and the other controls that are no blanks. */

const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * A place in a FHIR resource. Nothing is known of what stands there until it is asked for as something, and what it is not is
 * reported with its path.
 */
export class Element {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** @throws NotImported `wrong-type` when this is there, and no object. */
  field(name: string): Element {
    return new Element(this.exists ? this.asObject()[name] : undefined, `${this.path}.${name}`);
  }

  /** The place of a path such as `period.start`. */
  at(path: string): Element {
    return path.split('.').reduce<Element>((element, name) => element.field(name), this);
  }

  /** None where there is no such field. @throws NotImported `wrong-type` */
  items(name: string): Element[] {
    const list = this.field(name);
    if (!list.exists) return [];
    if (!Array.isArray(list.value)) throw unusable('wrong-type', list.path);
    return list.value.map((item, i) => new Element(item, `${list.path}[${i}]`));
  }

  first(name: string): Element {
    return this.items(name)[0] ?? new Element(undefined, `${this.path}.${name}[0]`);
  }

  /** Of a choice such as `value[x]`: the fields that are there. */
  choices(prefix: string): string[] {
    return this.exists ? Object.keys(this.asObject()).filter((name) => name.startsWith(prefix)) : [];
  }

  /** @throws NotImported `missing-field`, `wrong-type`, `invalid-text` */
  text(): string {
    const text = this.optionalText();
    if (text === undefined) throw unusable('missing-field', this.path);
    return text;
  }

  /** Trimmed. Nothing where it is blank. @throws NotImported `wrong-type`, `invalid-text` */
  optionalText(): string | undefined {
    if (!this.exists) return undefined;
    if (typeof this.value !== 'string') throw unusable('wrong-type', this.path);
    if (this.value.length > MAX_TEXT || CONTROLS.test(this.value) || !this.value.isWellFormed()) {
      throw unusable('invalid-text', this.path);
    }
    return this.value.trim() || undefined;
  }

  /** One of the codes, or nothing. @throws NotImported `unknown-code` */
  oneOf<Code extends string>(codes: readonly Code[]): Code | undefined {
    const text = this.optionalText();
    if (text === undefined) return undefined;
    const code = codes.find((one) => one === text);
    if (code === undefined) throw unusable('unknown-code', this.path);
    return code;
  }

  optionalNumber(): number | undefined {
    return this.optional('number');
  }

  optionalBoolean(): boolean | undefined {
    return this.optional('boolean');
  }

  private optional(type: 'number'): number | undefined;
  private optional(type: 'boolean'): boolean | undefined;
  private optional(type: 'number' | 'boolean') {
    if (!this.exists) return undefined;
    if (typeof this.value !== type) throw unusable('wrong-type', this.path);
    return this.value;
  }

  private asObject(): Readonly<Record<string, unknown>> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) {
      throw unusable('wrong-type', this.path);
    }
    return this.value as Record<string, unknown>;
  }
}
