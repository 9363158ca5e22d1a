/** The package's entry for programs: what the commands call. */
export { S6tsError } from './base/error.js';
export { ARCHITECTURES, parseArchitecture, type Architecture } from './overlay/architecture.js';
