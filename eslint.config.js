import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '.data/**', 'bench/crud-peer/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Nest's modules, and handlers without fields, are classes by convention.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowStaticOnly: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNullish: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // `noUncheckedIndexedAccess` is on: where an index is known to be there, `!` says so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Interfaces of Nest and of pg are implemented with async methods that need not await.
      '@typescript-eslint/require-await': 'off',
      // It cannot see what a callback or another process has changed between two looks.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A response is a literal of the shape that its class documents.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Rows are values: `{ ...row, changed }` is how a projection evolves one.
      '@typescript-eslint/no-misused-spread': 'off',
      // A type parameter may document a result.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // Programs talk to whoever started them.
    files: [
      'src/main.ts',
      'src/**/main.ts',
      'src/database/migrate.ts',
      'src/operations/program.ts',
      'src/import/**/*.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts', 'test/**/*.ts', 'src/event-sourcing/testing/*.ts'],
    rules: {
      // Bodies of answers are read as what the test expects them to be.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'off',
    },
  },
  // Settings and scripts in plain JavaScript are outside of the TypeScript project.
  { files: ['**/*.{js,cjs,mjs}'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.{js,cjs,mjs}'],
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/no-require-imports': 'off',
      'no-console': 'off',
    },
  },
  // Nest's classes are decorated there by calls: plain JavaScript has no decorators.
  { files: ['bench/**/*.mjs'], rules: { '@typescript-eslint/no-extraneous-class': 'off' } },
  prettier,
);
