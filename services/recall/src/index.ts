export { startRecall } from './service.js';
