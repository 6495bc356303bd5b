/**
 * How the items of a history are weighed for a candidate. `unit`: the activation unit as document 002 codes it, on the
 * keys alone. `din`: the activation unit of the Deep Interest Network, on query, key, their difference and their product.
 * `multi-head`: scaled dot products, the candidate being the query.
 */
export type TargetAttentionConfig =
  | { readonly kind: 'unit'; readonly softmax: boolean }
  | {
      readonly kind: 'din';
      readonly softmax: boolean;
      /** Width of the unit's hidden layer. */
      readonly hidden: number;
    }
  | {
      readonly kind: 'multi-head';
      /** D must be divisible by it. */
      readonly heads: number;
      /** Whether padding is left out; the document attends to it. */
      readonly mask: boolean;
    };
