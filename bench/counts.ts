// How much of everything is measured: in full, and with --quick, which only proves that each row works. Data.

export interface Counts {
  /** Row 1: detaches of one container, one after the other. */
  readonly detaches: number
  /** Row 1: so many containers detached at once, so many times. */
  readonly bursts: readonly { readonly containers: number; readonly rounds: number }[]
  /** Row 2: replacements of each kind. */
  readonly replacements: number
  /** Row 3: containers on the host, and pairs of `once` and the script. */
  readonly hosts: readonly { readonly containers: number; readonly pairs: number }[]
  /** Row 4: so many passes, and then minutes of the real schedule, or seconds with a poll each second. */
  readonly idle:
    | { readonly kind: 'schedule'; readonly passes: number; readonly minutes: number }
    | { readonly kind: 'polls'; readonly passes: number; readonly seconds: number }
  /** Row 4: runs of the script. */
  readonly scripts: number
  /** Row 4: blocks of events, with a look at the memory after each; those to warm up come before, and do not count. */
  readonly events: { readonly warmUp: number; readonly blocks: number; readonly each: number }
  /** Row 5: pairs of a pass and the engine's own answer, and cold processes, each with one such pair. */
  readonly passes: readonly { readonly containers: number; readonly pairs: number; readonly colds: number }[]
  /** Row 6, in seconds. */
  readonly storm: { readonly calm: number; readonly storm: number; readonly rate: number }
  /** Row 8: examinations of two containers, before those that are measured and those. */
  readonly examinations: { readonly warm: number; readonly times: number }
  /** Slices of the time, and so many proofs in each. */
  readonly proofs: { readonly slices: number; readonly each: number }
  /** Row 7: starts of each program, and those that are watched for their memory. */
  readonly starts: { readonly timed: number; readonly watched: number }
}

export const full: Counts = {
  detaches: 200,
  bursts: [
    { containers: 10, rounds: 20 },
    { containers: 100, rounds: 5 },
  ],
  replacements: 20,
  hosts: [
    { containers: 2, pairs: 40 },
    { containers: 10, pairs: 20 },
    { containers: 50, pairs: 10 },
    { containers: 200, pairs: 5 },
  ],
  // A third of a day's.
  idle: { kind: 'schedule', passes: 240, minutes: 10 },
  scripts: 20,
  events: { warmUp: 50, blocks: 10, each: 10_000 },
  passes: [
    { containers: 100, pairs: 40, colds: 9 },
    { containers: 1_000, pairs: 40, colds: 9 },
    { containers: 10_000, pairs: 20, colds: 9 },
  ],
  storm: { calm: 10, storm: 60, rate: 10_000 },
  starts: { timed: 30, watched: 5 },
  examinations: { warm: 240, times: 200 },
  proofs: { slices: 10, each: 30 },
}

export const quick: Counts = {
  detaches: 20,
  bursts: [{ containers: 10, rounds: 2 }],
  replacements: 2,
  hosts: [
    { containers: 2, pairs: 4 },
    { containers: 10, pairs: 2 },
  ],
  idle: { kind: 'polls', passes: 10, seconds: 8 },
  scripts: 3,
  events: { warmUp: 2, blocks: 5, each: 2_000 },
  passes: [
    { containers: 100, pairs: 3, colds: 1 },
    { containers: 1_000, pairs: 3, colds: 1 },
    { containers: 10_000, pairs: 3, colds: 1 },
  ],
  storm: { calm: 2, storm: 3, rate: 10_000 },
  starts: { timed: 3, watched: 1 },
  examinations: { warm: 20, times: 20 },
  proofs: { slices: 3, each: 5 },
}
