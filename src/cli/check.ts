// `netheal check`: observe and plan, and stop there. The same look and the same plan as a pass; no lock, no writing.

import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { detachesIn } from '../core/detach.ts'
import { loopsNow } from '../core/loop.ts'
import { clampedTo, type Memory } from '../core/memory.ts'
import { remember } from '../core/remember.ts'
import { causeOf } from '../core/report.ts'
import { exitCodeOfCheck } from '../core/verdict.ts'
import { look } from '../heal/look.ts'
import type { CommonFlags } from './flags.ts'
import type { ExitCode, Host } from './host.ts'
import { silentJournal } from './journal.ts'
import { jsonText, planJson } from './json.ts'
import { renderPlan } from './render.ts'
import { engineInAHurry, type OpenEngine, wire } from './wire.ts'

/** Exit code 0: nothing to do. 3: something would be done, or cannot be done, or loops. */
export async function check(host: Host, flags: CommonFlags): Promise<ExitCode> {
  const { config } = await loadConfig({ flags, env: host.env })
  return await checkWith(config, host, flags, engineInAHurry(config, host.signals.abort))
}

/** Also what `once` does beside a running daemon. `opened`: is closed here. */
export async function checkWith(config: Config, host: Host, flags: CommonFlags, opened: OpenEngine): Promise<ExitCode> {
  await using wired = await wire(config, {
    mode: 'once',
    pid: host.pid,
    journal: silentJournal(),
    readOnly: true,
    engine: opened,
  })
  if (wired.note !== null) host.err(`netheal: ${wired.note}\n`)
  const { engine, clock, notebook, pause } = wired.deps
  const now = clock.now()
  const pausedUntil = await pause.until(now)
  const memory = clampedTo(notebook.memory, now)
  const seen = await look(
    {
      engine,
      rules: config.attachments,
      memory,
      restraint: { pausedUntil, seesStarts: false, silent: new Map() },
      now,
      base: null,
    },
    { kind: 'full' },
    host.signals.abort,
  )
  const { caveat } = await engine.greet(host.signals.abort)
  if (caveat !== null) host.err(`netheal: ${caveat}\n`)
  // What a pass would remember of this look: it knows the causes, and whether this is one detach too many.
  const after: Memory = remember(memory, seen, detachesIn(seen.attachments, seen.world, memory, now), now)
  const { loops } = loopsNow(after, config.loop, now)
  if (flags.json) host.out(jsonText(planJson(seen.plan, pausedUntil, loops)))
  else
    host.out(
      renderPlan({ plan: seen.plan, pausedUntil, loops, causeOf: action => causeOf(action, after) }, host.stdout),
    )
  return exitCodeOfCheck(seen.plan, { ...after, loops })
}
