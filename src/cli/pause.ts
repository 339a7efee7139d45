// `netheal pause` and `netheal resume`: write and remove a file that the daemon and the one-shots read.
import { durationAdvice, parseDuration } from '../config/duration.ts'
import { loadConfig } from '../config/load.ts'
import { NethealError } from '../core/errors.ts'
import { isoOf, stampOf } from '../core/stamp.ts'
import { LONGEST_PAUSE, openPause } from '../record/pause.ts'
import { systemClock } from './clock.ts'
import type { CommonFlags } from './flags.ts'
import { JSON_VERSION, jsonText } from './json.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'

/** `duration` as a person writes it: `30m`. Throws NethealError `usage`, `config`, `record`. */
export async function pause(
  host: ProcessIo,
  duration: string,
  flags: CommonFlags & { reason?: string },
): Promise<ExitCode> {
  const milliseconds = parseDuration(duration)
  if (milliseconds === null || milliseconds === 0) {
    throw new NethealError('usage', `pause ${duration}: not a duration`, {
      hint: durationAdvice(duration) ?? 'for example: netheal pause 30m',
    })
  }
  if (milliseconds > LONGEST_PAUSE) {
    throw new NethealError('usage', `pause ${duration}: a pause lasts 7 days at most`, {
      hint: 'to stop netheal for longer: sudo systemctl disable --now netheal',
    })
  }
  const { config } = await loadConfig({ flags, env: host.env })
  const until = systemClock().now() + milliseconds
  await openPause(config.state).set(until, flags.reason)
  host.out(
    flags.json
      ? jsonText({ version: JSON_VERSION, paused: isoOf(until) })
      : `paused until ${stampOf(until)}; to end it earlier: netheal resume\n`,
  )
  return 0
}

export async function resume(host: ProcessIo, flags: CommonFlags): Promise<ExitCode> {
  const { config } = await loadConfig({ flags, env: host.env })
  const file = openPause(config.state)
  const was = await file.until(systemClock().now())
  await file.clear()
  const text =
    was === null ? 'netheal was not paused\n' : 'resumed: a running daemon heals at once, cron at its next run\n'
  host.out(flags.json ? jsonText({ version: JSON_VERSION, paused: null }) : text)
  return 0
}
