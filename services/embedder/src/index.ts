export { startEmbedder } from './service.js';
