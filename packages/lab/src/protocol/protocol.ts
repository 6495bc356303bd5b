import { z } from 'zod';

const filtering = {
  /**
   * Every interaction counts, not only a user's first one with an item, and what was seen may come again: it is ranked. Another
   * protocol: figures do not compare.
   */
  keepRepeats: z.boolean().default(false),
  /** Users and items with fewer interactions are left out, until all that are left have as many. */
  minUserClicks: z.int().min(0).default(0),
  minItemClicks: z.int().min(0).default(0),
};

const share = z.number().min(0).max(1);

export const protocolSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('leave-one-out'), ...filtering }),
  z
    .strictObject({
      kind: z.literal('random-split'),
      /** Shares of the interactions. Without a validation share the last epoch is taken. */
      train: share.default(0.8),
      validation: share.default(0.1),
      test: share.default(0.1),
      /** Of the split, the same for every seed of the model. */
      seed: z
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(42),
      /** Interactions with a rating from this up are the positive ones; without it every interaction is. */
      positiveRating: z.number().optional(),
      ...filtering,
    })
    .refine(({ train, validation, test }) => Math.abs(train + validation + test - 1) < 1e-9, {
      path: ['train'],
      error: 'train, validation and test must add up to 1',
    })
    .refine(({ train, test }) => train > 0 && test > 0, { path: ['test'], error: 'train and test must be above 0' }),
]);

/** How figures are taken. */
export type Protocol = z.output<typeof protocolSchema>;
export type LeaveOneOut = Extract<Protocol, { kind: 'leave-one-out' }>;
export type RandomSplit = Extract<Protocol, { kind: 'random-split' }>;

/** The protocol in a few words, to stand under a picture. */
export function protocolName(protocol: Protocol): string {
  const { keepRepeats, minUserClicks, minItemClicks } = protocol;
  const kept = [
    ...(keepRepeats ? ['REPEATS KEPT'] : []),
    ...(minUserClicks + minItemClicks > 0
      ? [`users from ${minUserClicks} and items from ${minItemClicks} clicks`]
      : []),
  ];
  return [protocol.kind === 'leave-one-out' ? 'leave one out' : describeSplit(protocol)[0], ...kept].join(', ');
}

/** The protocol in words, to stand beside every figure taken by it; without what the kind of experiment has to add. */
export function describeProtocol(protocol: Protocol): string[] {
  return [...describeSplit(protocol), ...describeFiltering(protocol)];
}

function describeSplit(protocol: Protocol): string[] {
  switch (protocol.kind) {
    case 'leave-one-out':
      return [
        'leave one out: last click of a user is the test, the one before it validation; a test input is everything before the test click',
        protocol.keepRepeats
          ? 'all items ranked, those seen in the input too'
          : 'all items ranked but those seen in the input',
        'ties count against the model',
        'validation chose the epoch, the test split was looked at once',
      ];
    case 'random-split': {
      const { train, validation, test, seed, positiveRating } = protocol;
      const shares = [train, validation, test].map((part) => `${Math.round(part * 1000) / 10}`).join('/');
      return [
        `random split ${shares} of the interactions, seed ${seed}`,
        ...(positiveRating === undefined ? [] : [`positive: rating ≥ ${positiveRating}`]),
        'ties count against the model',
        validation === 0
          ? 'last epoch taken, the test split was looked at once'
          : 'validation chose the epoch, the test split was looked at once',
      ];
    }
  }
}

function describeFiltering({ keepRepeats, minUserClicks, minItemClicks }: Protocol): string[] {
  return [
    keepRepeats ? 'REPEATS KEPT: every click counts' : "only a user's first click on an item counts",
    minUserClicks === 0 && minItemClicks === 0
      ? 'no user or item left out'
      : `users from ${minUserClicks} and items from ${minItemClicks} clicks`,
  ];
}
