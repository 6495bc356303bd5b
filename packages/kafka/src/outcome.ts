import type { Rejection } from '@click-recall/contracts';

/**
 * What a step made of one message. Exceptions are for broken invariants and unreachable dependencies; that a message is bad or
 * of no interest is a value.
 */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** Policy: not wanted here, and nobody's mistake. */
  | { readonly kind: 'drop'; readonly reason: string }
  /** Somebody's mistake: kept on `dead-letters` for them to look at. */
  | { readonly kind: 'dead-letter'; readonly rejection: Rejection };
