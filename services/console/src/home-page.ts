import { JOB_NAMES } from '@click-recall/contracts';
import type { QueueCounts } from '@click-recall/jobs';
import type { Config } from '@click-recall/runtime';

export interface HomePage {
  readonly namespace: string;
  /** The name under which the browser reached this machine; the other services are linked under it. */
  readonly hostname: string;
  readonly ports: Config['ports'];
  /** Undefined: Redis does not answer. */
  readonly counts: QueueCounts | undefined;
  /** Path of the dashboard for who asks. */
  readonly dashboard: string;
}

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1c2430; background: #fff; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1rem; margin-top: 2rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid #e3e7ed; font-variant-numeric: tabular-nums; }
  th:first-child, td:first-child { text-align: left; } th { font-weight: 600; color: #5a6675; }
  a { color: #0b5cad; } li { margin: .2rem 0; }`;

/** The console's first page, as HTML: where everything is, and what the queues hold. */
export function homePage({ namespace, hostname, ports, counts, dashboard }: HomePage): string {
  const base = (port: number) => `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  const services = Object.entries(ports)
    .filter(([, port]) => port !== 0)
    .map(([name, port]) => {
      const docs = name === 'recall' || name === 'ingest' ? `${link(`${base(port)}/docs/`, 'API')}, ` : '';
      return `<li>${name}: ${docs}${link(`${base(port)}/readyz`, 'readiness')}, ${link(`${base(port)}/metrics`, 'metrics')}</li>`;
    });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>click-recall</title><style>${STYLE}</style></head>
<body>
<h1>click-recall${namespace === 'click-recall' ? '' : ` (${escape(namespace)})`}</h1>
<p>${link(dashboard, 'Job dashboard')}: look into jobs, retry, pause.</p>
<h2>Queues</h2>
${counts ? table(counts) : '<p>Redis does not answer.</p>'}
<h2>Services</h2>
<ul>${services.join('')}</ul>
</body>
</html>`;
}

const COLUMNS = ['active', 'waiting', 'waiting-children', 'delayed', 'failed', 'completed'] as const;

function table(counts: QueueCounts): string {
  const head = COLUMNS.map((state) => `<th>${state}</th>`).join('');
  const rows = JOB_NAMES.map((name) => {
    const cells = COLUMNS.map((state) => `<td>${counts[name][state]}</td>`).join('');
    return `<tr><td>${name}${counts[name].paused ? ' (paused)' : ''}</td>${cells}</tr>`;
  });
  return `<table><thead><tr><th>queue</th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function link(href: string, text: string): string {
  return `<a href="${escape(href)}">${escape(text)}</a>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
