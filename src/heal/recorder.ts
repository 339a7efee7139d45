// Record: the one way from healing to the disk. What the disk refuses is remembered and said once; healing goes on.

import type { Action } from '../core/action.ts'
import type { Entry } from '../core/entry.ts'
import { NethealError } from '../core/errors.ts'
import { intentOf } from '../core/intent.ts'
import type { Detach } from '../core/state.ts'
import type { Notebook } from './notebook.ts'
import type { ActionLog, Journal, StateStore } from './ports.ts'

export interface Recorder {
  /** The log can be written from now on, or a problem: before the first line, which then waits for its write alone. */
  openLog(): Promise<void>
  /** On disk when it resolves, or a problem. */
  write(entries: readonly Entry[]): Promise<void>
  /** False: the state could not be saved. */
  save(durable: boolean): Promise<boolean>
  /** Before these actions are tried: what they are about outlives a process that is killed meanwhile. */
  writeIntent(actions: readonly Action[], detaches: readonly Detach[]): Promise<void>
  /** Runs `write` for the heartbeat file: what it answers, or false and a problem. */
  heartbeat(write: () => Promise<boolean>): Promise<boolean>
  /** Something beside the disk that the operator should know, until null takes it back: a port that cannot be opened, a target that fails. */
  note(what: Noted, problem: string | null): void
  /** What cannot be written now, and what was noted, in words; empty when all is as it should be. */
  readonly problems: readonly string[]
  /** Those of the disk, without what was noted. */
  readonly unwritten: readonly string[]
  /** Why the page is not served, in words; null: it is, or nobody asked for it. */
  readonly unserved: string | null
}

/** `notify NAME`: a target of the notifications. */
export type Noted = 'http' | `notify ${string}`
const DISK = ['log', 'state', 'heartbeat'] as const

export function openRecorder(log: ActionLog, store: StateStore, notebook: Notebook, journal: Journal): Recorder {
  type What = (typeof DISK)[number]
  const problems = new Map<What | Noted, string>()

  async function attempt(what: What, write: () => Promise<void>): Promise<boolean> {
    try {
      await write()
      if (problems.delete(what)) journal.info({ what }, 'records are written again')
      return true
    } catch (error) {
      if (!(error instanceof NethealError)) throw error
      if (problems.get(what) !== error.message) {
        journal.error({ what, error: error.message, hint: error.hint }, 'records cannot be written; healing goes on')
      }
      problems.set(what, error.message)
      return false
    }
  }

  return {
    async openLog() {
      await attempt('log', () => log.open())
    },
    async write(entries) {
      // An empty write still brings out what an earlier one could not; where nothing waits, only an open file shows that it can.
      if (entries.length > 0) await attempt('log', () => log.write(entries))
      else if (problems.has('log')) await attempt('log', () => log.open().then(() => log.write(entries)))
    },
    async save(durable) {
      notebook.update(m => {
        // The state's own problem has no place in it: once it can be read there, it is over.
        const said = [...problems].filter(([what]) => what !== 'state').map(([, problem]) => problem)
        return m.problems.length === said.length && said.every(p => m.problems.includes(p))
          ? m
          : { ...m, problems: said }
      })
      return await attempt('state', () => store.save(notebook.state, durable))
    },
    async writeIntent(actions, detaches) {
      const { state } = notebook
      const intent = intentOf(
        state,
        actions.map(a => a.key),
        detaches,
      )
      await attempt('state', () => store.writeIntent(intent, state))
    },
    async heartbeat(write) {
      let wrote = false
      await attempt('heartbeat', async () => {
        wrote = await write()
      })
      return wrote
    },
    note(what, problem) {
      if (problem === null) problems.delete(what)
      else problems.set(what, problem)
    },
    get problems() {
      return [...problems.values()]
    },
    get unwritten() {
      return DISK.flatMap(what => problems.get(what) ?? [])
    },
    get unserved() {
      return problems.get('http') ?? null
    },
  }
}
