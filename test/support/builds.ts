import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/** Replaces a piece of a source file, which must be there exactly once. */
export type Edit = readonly [piece: string, replacement: string];
/** What is different in the sources of another build: edits of a file, or the whole text of a new one. */
export type Changes = Readonly<Record<string, string | readonly Edit[]>>;

/** A built application, as `npm run build` leaves it in `dist`. */
export interface Build {
  readonly main: string;
  remove(): void;
}

/**
 * Another build of this checkout: a copy of `dist` in which the changed sources, and nothing else, are compiled again. That takes a second
 * where a whole build takes twenty, and everything that is not named as changed is the same to the byte.
 * @throws Error when a piece to be replaced is not in its file exactly once: the sources have moved on, and so must the edit
 */
export function buildWith(changes: Changes): Build {
  const folder = mkdtempSync(join(tmpdir(), `anamnesis-test-${process.pid}-build-`));
  cpSync('dist', join(folder, 'dist'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const [path, change] of Object.entries(changes)) {
    const built = join(folder, 'dist', path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(built), { recursive: true });
    writeFileSync(built, compiled(path, typeof change === 'string' ? newFile(path, change) : edited(path, change)));
  }
  return { main: join(folder, 'dist/src/main.js'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function newFile(path: string, text: string): string {
  if (existsSync(path)) throw new Error(`${path} is there already: edit it`);
  return text;
}

function edited(path: string, edits: readonly Edit[]): string {
  return edits.reduce(
    (text, [piece, replacement]) => {
      const parts = text.split(piece);
      if (parts.length !== 2) throw new Error(`${path} holds ${parts.length - 1} times: ${piece}`);
      return parts.join(replacement);
    },
    readFileSync(path, 'utf8'),
  );
}

function compiled(path: string, text: string): string {
  const { config } = ts.readConfigFile('tsconfig.json', (file) => readFileSync(file, 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson((config as { compilerOptions: object }).compilerOptions, '.');
  // A single file does not tell that its package is of ES modules.
  const compilerOptions = {
    ...options,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    sourceMap: false,
  };
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    compilerOptions,
    fileName: path,
    reportDiagnostics: true,
  });
  const [fault] = diagnostics;
  if (fault) throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(fault.messageText, '\n')}`);
  return outputText;
}
