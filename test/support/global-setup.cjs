const { registerHooks } = require('node:module');

// Jest compiles this file's imports, but resolves them as Node does: TypeScript's `./x.js` is the file `./x.ts`.
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!specifier.startsWith('.') || !specifier.endsWith('.js')) throw error;
      return next(`${specifier.slice(0, -3)}.ts`, context);
    }
  },
});

const { default: globalSetup, shared } = require('./global-setup.ts');

module.exports = globalSetup;
module.exports.shared = shared;
