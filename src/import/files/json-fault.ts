const BLANKS = /[ \t\n\r]*/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[^"\\\u0000-\u001f]*)*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;

/**
 * Offset of the first fault in a text that is no JSON; its length when it ends too early. The messages of `JSON.parse` quote the
 * text around the fault, which here is about a patient, and do not always tell the place.
 */
export function jsonFaultOf(text: string): number {
  let at = 0;
  const matches = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const takes = (character: string): boolean => {
    matches(BLANKS);
    if (text[at] !== character) return false;
    at++;
    return true;
  };

  /** What closes each array and object that is open. */
  const open: string[] = [];
  const key = (): boolean => (matches(BLANKS), matches(STRING)) && takes(':');
  for (;;) {
    // At the start of a value.
    if (takes('[')) {
      if (!takes(']')) {
        open.push(']');
        continue;
      }
    } else if (takes('{')) {
      if (!takes('}')) {
        open.push('}');
        if (!key()) return at;
        continue;
      }
    } else if (!matches(STRING) && !matches(SCALAR)) return at;

    // After a value.
    while (open.length > 0 && takes(open.at(-1)!)) open.pop();
    if (open.length === 0) return (matches(BLANKS), at);
    if (!takes(',')) return at;
    if (open.at(-1) === '}' && !key()) return at;
  }
}

/** `line 3, column 14`, both from 1. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}
