import type { SequenceEncoderConfig } from '../../config.js';
import { scope, type Tensor } from '../../kernels/tensorflow.js';
import { joinUser, joinUserGradient, type JoinUserOutput } from '../../layers/join-user.js';
import { pool, poolGradient, type PlaceShape } from '../../layers/pooling.js';
import { unitLength, unitLengthGradient, type UnitLengthOutput } from '../../layers/unit-length.js';
import type { HeadWeights } from './weights.js';

export interface UserVectorsOutput {
  /** [B, D] */
  readonly y: Tensor;
  readonly joined: JoinUserOutput | undefined;
  readonly unit: UnitLengthOutput | undefined;
}

/** User vectors of hidden ones [L * B, D] and, where the config says so, of user embeddings [B, D]: pooled, joined, scaled. */
export function userVectors(
  config: SequenceEncoderConfig,
  hidden: Tensor,
  users: Tensor | undefined,
  weights: HeadWeights,
  shape: PlaceShape,
): UserVectorsOutput {
  return scope(() => {
    const pooled = pool(config.pooling, hidden, weights.pool, shape);
    const joined =
      users === undefined || config.user === 'none' ? undefined : joinUser(config.user, users, pooled, weights.user);
    const raw = joined?.y ?? pooled;
    const unit = config.unitVectors ? unitLength(raw) : undefined;
    return { y: unit?.y ?? raw, joined, unit };
  });
}

/** Gradients for hidden vectors, user embeddings and the weights, given that of y [B, D]. */
export function userVectorsGradient(
  config: SequenceEncoderConfig,
  dy: Tensor,
  hidden: Tensor,
  { joined, unit }: UserVectorsOutput,
  weights: HeadWeights,
  shape: PlaceShape,
): { dhidden: Tensor; dusers: Tensor | undefined; weights: HeadWeights } {
  return scope(() => {
    const draw = unit === undefined ? dy : unitLengthGradient(dy, unit);
    const join =
      joined === undefined || config.user === 'none'
        ? undefined
        : joinUserGradient(config.user, draw, joined, weights.user);
    const pooling = poolGradient(config.pooling, join?.dpooled ?? draw, hidden, weights.pool, shape);
    return { dhidden: pooling.dx, dusers: join?.dusers, weights: { pool: pooling.weights, user: join?.weights } };
  });
}
