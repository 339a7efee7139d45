// `netheal check`: observe, plan and prove, and stop there. The same look, plan and proofs as those of a pass; no lock,
// and nothing is written: what a rule's `resolve` and `reach` ask for is run inside the containers.

import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { updateLoops } from '../core/loop.ts'
import { clampedTo } from '../core/state.ts'
import { exitCodeOfCheck } from '../core/verdict.ts'
import { observeReadOnly } from '../heal/observe-read-only.ts'
import { proveReadOnly } from '../heal/prove-read-only.ts'
import type { CommonFlags } from './flags.ts'
import { silentJournal } from './journal.ts'
import { jsonText, planJson } from './json.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import { renderPlan } from './render.ts'
import { type OpenEngine, openEngineEarly, wire } from './wire.ts'

/** Exit code 0: nothing to do. 3: something would be done, or cannot be done, or loops. */
export async function check(host: ProcessIo, flags: CommonFlags): Promise<ExitCode> {
  const { config, context } = await loadConfig({ flags, env: host.env })
  if (context !== null) host.err(`netheal: ${context}\n`)
  return await checkWith(config, host, flags, openEngineEarly(config, host.signals.abort))
}

/** Also what `once` does beside a running daemon. `opened`: is closed here. */
export async function checkWith(
  config: Config,
  host: ProcessIo,
  flags: CommonFlags,
  opened: OpenEngine,
): Promise<ExitCode> {
  await using wired = await wire(config, {
    mode: 'once',
    pid: host.pid,
    journal: silentJournal(),
    readOnly: true,
    engine: opened,
  })
  if (wired.note !== null) host.err(`netheal: ${wired.note.text}\n`)
  const { engine, clock, notebook, pause } = wired.deps
  const now = clock.now()
  const pausedUntil = await pause.until(now)
  const state = clampedTo(notebook.state, now)
  const options = { engine, wire: wired.deps.wire, rules: config.attachments, state, now, pausedUntil }
  const { seen, state: looked } = await observeReadOnly(options, host.signals.abort)
  const after = await proveReadOnly(seen, looked, { engine, clock }, host.signals.abort)
  const { caveat } = await engine.greet(host.signals.abort)
  if (caveat !== null) host.err(`netheal: ${caveat}\n`)
  const known = { ...after, loops: updateLoops(after, config.loop, now).loops }
  if (flags.json) host.out(jsonText(planJson(seen.plan, pausedUntil, known)))
  else host.out(renderPlan({ plan: seen.plan, pausedUntil, state: known, now }, host.stdout))
  return exitCodeOfCheck(seen.plan, known)
}
