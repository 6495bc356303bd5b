export { startTrainer } from './service.js';
export { readSettings, type TrainerRules } from './settings.js';
