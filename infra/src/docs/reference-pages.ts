import { ENVIRONMENT, METRICS, type MetricSpec, type Variable } from '@click-recall/runtime';

/** docs/metrics.md: every metric of the catalogue. */
export function metricsPage(): string {
  const rows = Object.values<MetricSpec>(METRICS).map(({ name, kind, labels, by, help }) => {
    return [`\`${name}\``, kind, labels.map((label) => `\`${label}\``).join(', ') || '-', by, help];
  });
  return `# Metrics

Every service answers \`GET /metrics\` in the format of Prometheus, with the label \`service\` on each metric, beside the usual metrics of the process. Times are in seconds. Generated from \`packages/runtime/src/metrics/catalogue.ts\`.

${table(['metric', 'kind', 'labels', 'reported by', 'what it says'], rows)}`;
}

/** docs/configuration.md: every environment variable. */
export function configurationPage(): string {
  const rows = Object.entries<Variable>(ENVIRONMENT).map(([name, { about, expected, fallback, secret }]) => {
    return [
      `\`${name}\``,
      fallback === undefined ? '-' : `\`${fallback}\``,
      `${about}${secret ? ' Never logged.' : ''}`,
      expected,
    ];
  });
  return `# Configuration

Environment variables, the same for every service. All faults are printed at the start, at once; an empty variable is not set; unknown ones are ignored. Generated from \`packages/runtime/src/config/environment.ts\`.

${table(['variable', 'default', 'what for', 'expected'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
