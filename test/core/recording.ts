// A recording of a real engine (test/fixtures/recordings): its event stream and, between the events, what the engine was
// asked to do and what an inspect showed.
import { readdirSync, readFileSync } from 'node:fs'
import { eventOf } from '../../src/docker/translate.ts'
import type { EngineEvent } from '../../src/heal/ports.ts'

const ROOT = new URL('../fixtures/recordings/', import.meta.url)

export type Generation = '20.10.24' | '28.5.2'
export const GENERATIONS: readonly Generation[] = ['20.10.24', '28.5.2']

export interface Step {
  /** Milliseconds since the recording began. */
  readonly at: number
  /** How many events came before. */
  readonly after: number
  readonly command?: string
  readonly exit?: number
  readonly error?: string
  readonly inspect?: string
  readonly network?: string
  readonly saw?: Readonly<Record<string, unknown>>
}

export function recordingsOf(generation: Generation): readonly string[] {
  return readdirSync(new URL(`${generation}/`, ROOT))
    .filter(file => file.endsWith('.json'))
    .map(file => file.replace(/\.json$/, ''))
    .sort()
}

export function bytesOf(generation: Generation, name: string): Buffer {
  return readFileSync(new URL(`${generation}/${name}.jsonl`, ROOT))
}

/**
 * The recordings stand `res-cfy-` in for a part of Coolify's uuids, which have no hyphen: 24 lower-case letters and digits.
 */
function withCoolifyUuids(text: string): string {
  return text.replaceAll(/res-cfy-((?:vgsco4o|bccg4gs|k0helper)[a-z0-9]{9,})/g, (_, rest: string) =>
    `rescfy00${rest}`.padEnd(24, '0').slice(0, 24),
  )
}

export interface Recording {
  readonly steps: readonly Step[]
  readonly events: readonly EngineEvent[]
  /** When each of them happened, milliseconds since the epoch. */
  readonly times: readonly number[]
}

const PRUNE: EngineEvent = { kind: 'network', action: 'prune', id: '', name: '', containerId: null }

export function recordingOf(generation: Generation, name: string): Recording {
  const stream = withCoolifyUuids(bytesOf(generation, name).toString('utf8'))
  const steps: unknown = JSON.parse(withCoolifyUuids(readFileSync(new URL(`${generation}/${name}.json`, ROOT), 'utf8')))
  const raw = stream
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as { readonly timeNano: number; readonly Action: string })
  // A prune names nobody, so that eventOf passes it over; the steps count it.
  const events = raw.map(e => (e.Action === 'prune' ? PRUNE : eventOf(e))).filter(e => e !== null)
  if (events.length < raw.length) throw new Error('an event of a kind that no recording holds')
  return { steps: steps as Step[], events, times: raw.map(e => e.timeNano / 1e6) }
}
