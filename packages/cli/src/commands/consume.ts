import { randomBytes } from 'node:crypto';
import { consumeRecommendations } from '@click-recall/client';
import type { Recommendation } from '@click-recall/contracts';
import { positive } from '../arguments.js';
import type { CliContext } from '../context.js';
import type { AddCommand } from '../program.js';
import { quietLogger, withPipeline, type Target } from '../target.js';

interface ConsumeOptions {
  readonly fromBeginning?: boolean;
  readonly max?: number;
  readonly user?: string;
  readonly group?: string;
  readonly idle?: number;
}

export const addConsume: AddCommand = (program, run) => {
  const consume = program.command('consume').description('read what the pipeline publishes');
  consume
    .command('recommendations')
    .description('show recommendations as they are published, one a line; Ctrl-C ends it')
    .option('--from-beginning', 'start with the oldest that is kept, not with the next to come')
    .option('--max <n>', 'end after so many', positive)
    .option('--user <id>', 'only those of one user')
    .option('--idle <seconds>', 'end when nothing has come for so long', positive)
    .option('--group <name>', 'consumer group to go on with (default: one of its own, which starts anew)')
    .addHelpText(
      'after',
      '\nExamples:\n  click-recall consume recommendations --user 42\n  click-recall consume recommendations --from-beginning --max 100 --json > recommendations.jsonl',
    )
    .action(
      run<ConsumeOptions>(async (context, options) => {
        await withPipeline(context, ['kafka'], (_pipeline, target) => consumeUntilDone(context, target, options));
      }),
    );
};

/** Shows recommendations until enough have come, none came for long, or Ctrl-C; each of these is a good end. */
async function consumeUntilDone(context: CliContext, { config }: Target, options: ConsumeOptions): Promise<void> {
  const { output, signal } = context;
  const { max = Infinity, user, idle, fromBeginning = false } = options;
  const { namespace, kafka } = config;
  const groupId = options.group ?? `${namespace}.cli-${randomBytes(4).toString('hex')}`;
  let shown = 0;
  let timer: NodeJS.Timeout | undefined;
  let consumption: Awaited<ReturnType<typeof consumeRecommendations>> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const restart = (): void => {
        clearTimeout(timer);
        if (idle !== undefined) timer = setTimeout(resolve, idle * 1000);
      };
      signal.addEventListener('abort', () => resolve(), { once: true });
      restart();
      consumeRecommendations({
        ...kafka,
        namespace,
        clientId: 'cli',
        groupId,
        fromBeginning,
        logger: quietLogger(context),
        onRecommendation(recommendation) {
          if (shown >= max || (user !== undefined && recommendation.userId !== user)) return;
          shown += 1;
          restart();
          output.result(() => line(recommendation), recommendation);
          if (shown >= max) resolve();
        },
        onError: reject,
      }).then((started) => {
        consumption = started;
        output.note(`reading recommendations as group ${groupId}; Ctrl-C ends it`);
      }, reject);
    });
  } finally {
    clearTimeout(timer);
    await consumption?.close();
  }
}

const ITEMS_SHOWN = 5;

function line({ userId, sequenceRevision, items, modelVersion, cause }: Recommendation): string {
  const first = items.slice(0, ITEMS_SHOWN).map(({ itemId, score }) => `${itemId} (${score.toFixed(2)})`);
  const more = items.length > ITEMS_SHOWN ? ` and ${items.length - ITEMS_SHOWN} more` : '';
  const why = cause.kind === 'click' ? `click ${cause.eventId}` : cause.kind;
  return `${userId}: ${first.join(', ')}${more}  [${why}, revision ${sequenceRevision}, ${modelVersion}]`;
}
