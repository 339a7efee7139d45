// The budgets of the design, as verdicts on figures. Pure. Each says in words what was promised, with the number that it
// comes to in this run.
import type { Verdict } from './line.ts'

/** No promise was made about it. */
export const noBudget: Verdict = { kind: 'no budget' }

function verdict(met: boolean, budget: string): Verdict {
  return { kind: met ? 'met' : 'not met', budget }
}

const ms = (value: number): string => `${value.toFixed(1)} ms`

/** An explicit detach until attached again, in milliseconds, beside the engine's own connect call at the same percentile. */
export function explicitDetach(percent: 50 | 99, healed: number, connect: number): Verdict {
  const extra = percent === 50 ? 10 : 25
  return verdict(healed <= connect + extra, `at most the engine's connect + ${extra} ms: ${ms(connect + extra)}`)
}

/** How many percent of the replaced containers were attached before their first process, on a quiet host. */
export function beforeFirstProcess(how: 'Coolify' | 'in place', percent: number): Verdict {
  return how === 'in place' ? verdict(percent >= 100, 'every one') : verdict(percent >= 80, '16 of 20')
}

/** The latest of those that were not, in milliseconds after the start, beside the engine's slowest connect of this run. */
export function afterStart(latest: number, slowestConnect: number): Verdict {
  const most = slowestConnect + 15
  return verdict(latest <= most, `at most the engine's connect + 15 ms, slowest to slowest: ${ms(most)}`)
}

/** `once` against the cron script's check, on a healthy host of so many containers. */
export function healthyCheck(containers: number, ratio: number): Verdict {
  const most = new Map([
    [2, 1.3],
    [10, 0.3],
    [50, 0.1],
  ]).get(containers)
  return most === undefined ? noBudget : verdict(ratio <= most, `at most ×${most} of the script`)
}

/** Seconds of CPU in a day of an idle daemon that polls every two minutes. */
export function idleCpu(seconds: number): Verdict {
  return verdict(seconds < 3, 'below 3 s of CPU a day')
}

export function idleMemory(mebibytes: number): Verdict {
  return verdict(mebibytes < 60, 'below 60 MiB')
}

/**
 * Resident memory before and after 100,000 events, in MiB. Pages come and go by themselves: "no growth" leaves room for
 * that, though not for ten bytes an event.
 */
export function noGrowth(before: number, after: number): Verdict {
  return verdict(after - before < 1, 'no growth over 100,000 events (below 1 MiB)')
}

/** Calls of one full pass, whatever the number of containers. */
export function fullPassCalls(calls: number): Verdict {
  return verdict(calls === 2, 'two calls')
}

/** Seconds of CPU in a day that the examinations of an idle daemon add, with two containers. */
export function examineCpu(seconds: number): Verdict {
  return verdict(seconds <= 1, 'at most 1 s of CPU a day')
}

/** Calls of a poll: the two lists, one a network under a rule, and the statistics of some containers. */
export function examineCalls(calls: number, networks: number, statistics: number): Verdict {
  const most = 2 + networks + statistics
  return verdict(calls <= most, `two lists, one a network, and at most ${statistics} statistics: ${most}`)
}

/** Milliseconds of a full pass over 10,000 containers beside the engine's own answer. */
export function fullPassTime(containers: number, extra: number): Verdict {
  return containers === 10_000 ? verdict(extra < 300, 'below 300 ms') : noBudget
}

/** The latest heal under 10,000 events a second, in milliseconds. */
export function stormLatest(latest: number): Verdict {
  return verdict(latest <= 1_000, 'none later than 1 s')
}

export function stormMissed(missed: number): Verdict {
  return verdict(missed === 0, 'none missed')
}
