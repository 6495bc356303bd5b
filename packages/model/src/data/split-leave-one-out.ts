import {
  sequenceAt,
  sequenceBatch,
  sequenceCount,
  type LabelledSequences,
  type SequenceBatch,
} from './sequence-batch.js';

export interface LeaveOneOutSplit {
  readonly train: SequenceBatch;
  readonly validation: LabelledSequences;
  readonly test: LabelledSequences;
}

/**
 * By time: a user's last click is the test target, the one before it the validation target. Each query's input is
 * everything before its target, so a test input ends with the validation click. Users with fewer than three clicks are
 * trained on only.
 */
export function splitLeaveOneOut(sequences: SequenceBatch): LeaveOneOutSplit {
  const train: Int32Array[] = [];
  const held: Int32Array[] = [];
  const heldUsers: number[] = [];
  for (let user = 0; user < sequenceCount(sequences); user++) {
    const clicks = sequenceAt(sequences, user);
    if (clicks.length < 3) {
      train.push(clicks);
    } else {
      train.push(clicks.subarray(0, -2));
      held.push(clicks);
      heldUsers.push(sequences.users?.[user] ?? 0);
    }
  }
  const users = sequences.users && Int32Array.from(heldUsers);
  return {
    train: sequenceBatch(train, sequences.users),
    validation: labelled(held, 2, users),
    test: labelled(held, 1, users),
  };
}

function labelled(clicks: readonly Int32Array[], fromEnd: number, users: Int32Array | undefined): LabelledSequences {
  return {
    inputs: sequenceBatch(
      clicks.map((items) => items.subarray(0, -fromEnd)),
      users,
    ),
    targets: Int32Array.from(clicks, (items) => items.at(-fromEnd)!),
  };
}
