export { startIngest } from './service.js';
