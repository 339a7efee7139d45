// Examinations beside the passes, one at a time: an engine that is slow to tell, or a neighbour that never answers, holds up no
// heal. What is found is for the next pass to decide about; one is asked for where it matters.
import { evidenceOf } from '../core/evidence.ts'
import type { Examination } from '../core/examination.ts'
import { pairsOf } from '../core/examined-pair.ts'
import type { Observation } from '../core/observation.ts'
import { withExamined } from '../core/proven.ts'
import type { State } from '../core/state.ts'
import { type Examiner, examine } from './examine.ts'
import type { Notebook } from './notebook.ts'

export interface ExaminationsDeps extends Examiner {
  readonly notebook: Notebook
  /** Milliseconds; see `ExamineOptions`. */
  readonly patience: number
  /** These containers are to be looked at again; null: everything. */
  readonly onFound: (ids: ReadonlySet<string> | null) => void
  /** Another rung is proven than before, or that the networks are this host's: whoever reads the state wants to know. */
  readonly onProven: () => void
  /** Nothing was found that is to be looked at again: what the state says holds. */
  readonly onQuiet: () => Promise<void>
}

export interface Examinations {
  /** Examines these containers, or all, by the entries of that look; after the one that is under way. */
  begin(look: Observation, only: ReadonlySet<string> | null): void
  /** Resolves when none is under way. Never rejects but with a bug. */
  done(): Promise<void>
}

interface Asked {
  readonly look: Observation
  readonly only: ReadonlySet<string> | null
}

export function openExaminations(deps: ExaminationsDeps, signal: AbortSignal): Examinations {
  let running: Promise<void> | null = null
  let waiting: Asked | null = null

  async function work(first: Asked): Promise<void> {
    for (let asked: Asked | null = first; asked !== null && !signal.aborted; asked = taken())
      await run(asked, deps, signal)
    running = null
  }

  function taken(): Asked | null {
    const asked = waiting
    waiting = null
    return asked
  }

  return {
    begin(look, only) {
      const asked = { look, only: waiting === null ? only : together(waiting.only, only) }
      if (running === null) running = work(asked)
      else waiting = asked
    },
    async done() {
      await running
    },
  }
}

function together(a: ReadonlySet<string> | null, b: ReadonlySet<string> | null): ReadonlySet<string> | null {
  return a === null || b === null ? null : new Set([...a, ...b])
}

async function run({ look, only }: Asked, deps: ExaminationsDeps, signal: AbortSignal): Promise<void> {
  const { notebook, clock, patience } = deps
  const known = notebook.examined
  const found = await examine(look, deps, { known, only, patience }, signal)
  if (signal.aborted) return
  const examined = withNewer(found, known, notebook.examined)
  notebook.examined = examined
  const before = provenIn(notebook.state)
  const host = deps.wire.seen() ?? notebook.state.host
  notebook.update(state => ({ ...withExamined(state, look, examined, clock.now()), host }))
  if (provenIn(notebook.state) !== before) deps.onProven()
  const bridges = new Set([...known.bridges.keys(), ...examined.bridges.keys()])
  const changed = [...bridges].some(id => (known.bridges.get(id) ?? 'up') !== (examined.bridges.get(id) ?? 'up'))
  const ids = new Set(
    pairsOf(look).flatMap(pair => {
      const [before, after] = [known, examined].map(
        e => evidenceOf(pair.container.id, pair.entry, pair.network, e).dead,
      )
      return before === after ? [] : [pair.container.id]
    }),
  )
  if (changed) deps.onFound(null)
  else if (ids.size > 0) deps.onFound(ids)
  else await deps.onQuiet()
}

/** In one text, to be compared. */
function provenIn({ attachments, host }: State): string {
  const rungs = Object.values(attachments).flatMap(a => Object.values(a.seen).map(s => s.proof?.rung ?? '-'))
  return [...rungs, host?.namespace, ...(host?.bridges ?? [])].join()
}

/** A pass has verified some meanwhile: what it found is newer. */
function withNewer(found: Examination, known: Examination, now: Examination): Examination {
  const newer = [...now.pairs].filter(([key, finding]) => known.pairs.get(key) !== finding)
  return { ...found, pairs: new Map([...found.pairs, ...newer]) }
}
