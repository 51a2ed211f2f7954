/** The boundaries of docs/architecture: arrows point down only, and modules meet in their published language. */
const modules = '^src/(patients|records|appointments)/';
const foundations = '^src/(event-sourcing|http|security|database|operations)/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Under ESM, decorator metadata of a cycle throws at start.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'foundations-know-no-module',
      comment:
        'The engine, HTTP conventions, security, database and operations serve the modules, and know none of them.',
      severity: 'error',
      from: { path: foundations },
      to: { path: '^src/(patients|records|appointments|import)/' },
    },
    {
      name: 'nobody-imports-the-wiring',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: '^src/import/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'modules-meet-in-events',
      comment: "Another module's events/ folder is its published language: nothing else of it may be imported.",
      severity: 'error',
      from: { path: modules },
      to: { path: modules, pathNot: ['^src/$1/', '^src/[^/]+/events/'] },
    },
    {
      name: 'events-stand-alone',
      comment: 'A published language imports the engine and other published languages only.',
      severity: 'error',
      from: { path: '^src/(patients|records|appointments)/events/', pathNot: '\\.(int-)?spec\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/event-sourcing/', '^src/[^/]+/events/'] },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules know events, the base of aggregates and plain libraries: no injection, no SQL, no HTTP.',
      severity: 'error',
      from: { path: '^src/(patients|records|appointments)/domain/', pathNot: '\\.(int-)?spec\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/$1/domain/', '^src/[^/]+/events/', '^src/event-sourcing/'] },
    },
    {
      name: 'domain-uses-plain-libraries',
      severity: 'error',
      from: { path: '^src/[^/]+/(domain|events)/' },
      to: { path: 'node_modules/(@nestjs|typeorm|pg|fastify|class-validator|class-transformer)/' },
    },
    {
      name: 'commands-do-not-read-read-models',
      comment: 'A command decides on the log, not on a projection of it.',
      severity: 'error',
      from: { path: '^src/[^/]+/(commands|sagas)/' },
      to: { path: '^src/[^/]+/(read-models|queries|http)/' },
    },
    {
      name: 'queries-do-not-write',
      severity: 'error',
      from: { path: '^src/[^/]+/(queries|read-models)/' },
      // The class of its answer is the one that the API documents.
      to: { path: '^src/[^/]+/(commands|http|sagas)/', pathNot: '\\.response\\.ts$' },
    },
    {
      name: 'only-queries-and-http-use-read-models',
      comment: 'Projections write the read tables, query handlers read them.',
      severity: 'error',
      from: {
        path: '^src/(patients|records|appointments)/',
        pathNot: ['^src/[^/]+/(read-models|queries|http)/', '\\.module\\.ts$', '\\.(int-)?spec\\.ts$'],
      },
      to: { path: '^src/[^/]+/read-models/' },
    },
    {
      name: 'modules-use-the-engine-by-its-index',
      severity: 'error',
      from: { path: '^src/(patients|records|appointments|import)/', pathNot: '\\.(int-)?spec\\.ts$' },
      to: { path: '^src/event-sourcing/', pathNot: '^src/event-sourcing/index\\.ts$' },
    },
    {
      name: 'no-development-libraries',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.(int-)?spec\\.ts$', '^src/event-sourcing/testing/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
