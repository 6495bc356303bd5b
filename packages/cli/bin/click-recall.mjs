#!/usr/bin/env node
import { existsSync } from 'node:fs';

const entry = new URL('../dist/main.js', import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  process.exitCode = await main(process.argv.slice(2));
  // A connection that lingers must not keep a finished command waiting.
  process.exit();
}
process.stderr.write('click-recall is not built yet: `npm start` sets everything up and builds it.\n');
process.exitCode = 1;
