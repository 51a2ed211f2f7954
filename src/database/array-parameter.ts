/**
 * Arrays as parameters of statements. pg writes an array literal and looks at each element twice for what has to be escaped: for
 * documents, which are full of quotes, that took longer than to make them. JSON text has no control characters, so documents
 * are simply joined by one.
 */
const SEPARATOR = '\u001f';
const NULL = '\u001e';
const isJson = (type: string) => type === 'json' || type === 'jsonb';

type Element = string | number | boolean | null;

/** The array that `arrayParameter` wrote for the same type, in SQL. */
export const arrayOf = (parameter: string, type: string): string =>
  isJson(type) ? `string_to_array(${parameter}, E'\\x1f', E'\\x1e')::${type}[]` : `${parameter}::${type}[]`;

/** Elements of json and jsonb are JSON text. */
export const arrayParameter = (elements: readonly Element[], type: string): string =>
  isJson(type)
    ? elements.map((element) => element ?? NULL).join(SEPARATOR)
    : `{${elements.map((element) => (typeof element === 'string' ? quoted(element) : String(element))).join(',')}}`;

/** PostgreSQL documentation, "Array Input and Output Syntax". */
const quoted = (text: string): string =>
  `"${text.includes('"') || text.includes('\\') ? text.replace(/["\\]/g, '\\$&') : text}"`;
