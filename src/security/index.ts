/** Who may do what: what module code and the application's wiring use. */
export { Allow, type CallerRole, PatientScoped, Public } from './allow.js';
export { assertMaySee } from './may-see.js';
export { SecurityModule } from './security.module.js';
export { SecurityOptions } from './security-options.js';
