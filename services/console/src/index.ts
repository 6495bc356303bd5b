export { startConsole } from './service.js';
