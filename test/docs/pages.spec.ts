import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What the pages say of the files of this project is true: the code they show, the files they lead to, the commands they give. */

const pages = ['README.md', ...globSync('docs/**/*.md')].map((path) => ({ path, text: readFileSync(path, 'utf8') }));

interface Block {
  readonly language: string;
  /** After the language: the file that it is an excerpt of. */
  readonly source: string;
  readonly code: string;
}

const blocksOf = (text: string): Block[] =>
  [...text.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, language = '', source = '', code = '']) => ({
    language,
    source,
    code,
  }));

/** White space and commas are the formatter's. */
const plain = (code: string) => code.replace(/[\s,]+/g, '');

/** The parts between the `…` lines, each of which is in the file, in this order. */
function missingFrom(file: string, code: string): string[] {
  const whole = plain(file);
  let from = 0;
  return code.split(/^\s*(?:\/\/ )?…$/m).filter((part) => {
    const at = whole.indexOf(plain(part), from);
    if (at === -1) return true;
    from = at + plain(part).length;
    return false;
  });
}

describe('the code of a page', () => {
  const excerpts = pages.flatMap(({ path, text }) =>
    blocksOf(text).flatMap(({ source, code }) => (source ? [[path, source, code] as const] : [])),
  );

  it('is there', () => {
    expect(excerpts.length).toBeGreaterThan(15);
  });

  it.each(excerpts)('in %s is that of %s', (_, source, code) => {
    expect(missingFrom(readFileSync(source, 'utf8'), code)).toEqual([]);
  });

  it('is an excerpt wherever it is TypeScript', () => {
    const loose = pages.flatMap(({ path, text }) =>
      blocksOf(text).flatMap(({ language, source, code }) =>
        language === 'ts' && !source ? [`${path}: ${code}`] : [],
      ),
    );
    expect(loose).toEqual([]);
  });

  it('is missed when a word, or the order, is different', () => {
    expect(missingFrom('a(\n  1,\n  2,\n);\nb();', 'a(1, 2);\n…\nb();')).toEqual([]);
    expect(missingFrom('a(1, 2);\nb();', 'a(1, 3);')).toHaveLength(1);
    expect(missingFrom('a(1, 2);\nb();', 'b();\n…\na(1, 2);')).toHaveLength(1);
  });
});

describe('a page', () => {
  it.each(pages.map(({ path, text }) => [path, text] as const))('%s leads to files that are there', (path, text) => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link = '']) => join(dirname(path), link));
    const paths = [...text.matchAll(/`((?:src|test|migrations|docs|bench|\.ci)\/[\w./-]+)`/g)].map(
      ([, file = '']) => file,
    );
    const missing = [...links, ...paths].filter((file) => !existsSync(file));
    expect(missing.map((file) => relative('.', file))).toEqual([]);
  });

  it.each(pages.map(({ path, text }) => [path, text] as const))('%s gives commands that there are', (_, text) => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe('the README', () => {
  const readme = pages[0]!.text;

  it('is short', () => {
    expect(readme.split('\n').length).toBeLessThan(200);
  });

  it('names for each guarantee a suite that is there', () => {
    const rows = /## What it guarantees\n+\|.*\n\|.*\n((?:\|.*\n)+)/.exec(readme)?.[1]?.trim().split('\n') ?? [];
    expect(rows.length).toBeGreaterThan(8);
    for (const row of rows) expect(row).toMatch(/`[^`]*spec\.ts`/);
  });
});
