import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { transformSync } from '@swc/core';

/** Lets node run the TypeScript of this project as it stands, decorators included: `node --import ./test/simulation/typescript.mjs`. */
const isOurs = (url) => url.startsWith('file:') && !url.includes('/node_modules/');

registerHooks({
  resolve(specifier, context, next) {
    const isTypeScript = specifier.startsWith('.') && isOurs(context.parentURL ?? '') && specifier.endsWith('.js');
    return next(isTypeScript ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load(url, context, next) {
    if (!isOurs(url) || !url.endsWith('.ts')) return next(url, context);
    const { code } = transformSync(readFileSync(new URL(url), 'utf8'), {
      filename: url,
      sourceMaps: 'inline',
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
        target: 'es2023',
      },
      module: { type: 'es6' },
    });
    return { format: 'module', shortCircuit: true, source: code };
  },
});
