import { ModelArtifactError } from '@click-recall/model';

/** Name of the file of a ranker version that says where it stands. */
export const STAGE_FILE = 'stage.json';

/** How a ranker is used: as it was trained. */
export interface RankerStage {
  /** The encoder version whose lists it re-ranks. */
  readonly modelVersion: string;
  /** Items of a recalled list. */
  readonly candidates: number;
  /** A user's newest distinct items that it looks at. */
  readonly history: number;
}

export function writeStage(stage: RankerStage): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(stage, null, 2)}\n`);
}

/** Throws a ModelArtifactError for anything but a stage. */
export function readStage(bytes: Uint8Array | undefined): RankerStage {
  if (bytes === undefined) throw new ModelArtifactError(STAGE_FILE, 'is missing');
  const { modelVersion, candidates, history } = parse(bytes);
  if (typeof modelVersion !== 'string' || !isCount(candidates) || !isCount(history)) {
    throw new ModelArtifactError(
      STAGE_FILE,
      'does not say which encoder, how many candidates, how much of the history',
    );
  }
  return { modelVersion, candidates, history };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new ModelArtifactError(STAGE_FILE, 'is not a JSON object');
}
