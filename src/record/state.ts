// The state file: what netheal remembers from pass to pass and from process to process, in `state.json`. Never the reason
// that healing stops: what cannot be read is set aside, and remembering begins anew.
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Detach } from '../core/detach.ts'
import { assertNever } from '../core/errors.ts'
import { withIntent } from '../core/intent.ts'
import { EMPTY_STATE, type State } from '../core/state.ts'
import type { StateStore } from '../heal/ports.ts'
import { recordFault } from './fault.ts'
import { clearLeftovers, replaceFile } from './replace.ts'
import { readSmallFile } from './small-file.ts'
import { parseState } from './state-shape.ts'
import { clearIntent, readIntentIn, writeIntent } from './write-ahead-log.ts'

/** A thousand attachments with five containers each and all detaches are below 4 MiB. */
const LONGEST = 32 * 1024 * 1024

/** Unreadable files kept for whoever wants to know what happened. */
const KEPT_ASIDE = 3

/**
 * `load` never throws: a missing file is an empty memory without a note; one that is torn, no JSON, of another shape or
 * version, or too large is set aside as `state.json.unreadable-N`; where the file system will not let it be read the memory
 * is empty, the file stays, and the note says why. `save` throws NethealError `record`, and leaves the old file whole, as
 * does `ahead` where neither its line nor the whole can be written.
 */
export function openState(options: { readonly directory: string }): StateStore {
  const { directory } = options
  const path = join(directory, 'state.json')
  let turn: Promise<void> = Promise.resolve()
  // One after another: of two saves at once the older must not win.
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }
  const whole = async (state: State, durable: boolean): Promise<void> => {
    try {
      await replaceFile(path, textOf(state), durable)
    } catch (error) {
      throw recordFault('write', path, 'state', error)
    }
    clearIntent(directory)
  }
  return {
    async load() {
      await clearLeftovers(path)
      const { state, why, broken } = await read(path)
      if (why === null) return { state: await continued(directory, state), note: null }
      return { state, note: broken ? await setAside(directory, why) : why }
    },
    save: (state, durable) => inTurn(() => whole(state, durable)),
    ahead: (ahead, state) =>
      inTurn(async () => {
        try {
          writeIntent(directory, ahead)
        } catch {
          await whole(state, false)
        }
      }),
  }
}

/** Most of a state is detaches of before, which never change: each is put into words once. */
function textOf({ detaches, ...rest }: State): string {
  const all = detaches.map(detach => {
    const known = texts.get(detach)
    if (known !== undefined) return known
    const text = JSON.stringify(detach)
    texts.set(detach, text)
    return text
  })
  return `${JSON.stringify(rest).slice(0, -1)},"detaches":[${all.join(',')}]}\n`
}

const texts = new WeakMap<Detach, string>()

/**
 * What the state file says, for those who only look: nothing is set aside, cleared away or written.
 * `note`: why it could not be used, null where it could, or where there is none.
 */
export async function readState(options: {
  readonly directory: string
}): Promise<{ readonly state: State; readonly note: string | null }> {
  const { directory } = options
  const path = join(directory, 'state.json')
  const { state, why, broken } = await read(path)
  if (why === null) return { state: await continued(directory, state), note: null }
  return { state, note: broken ? `${path} cannot be used (${why})` : why }
}

/** With what was written ahead after it was saved. */
async function continued(directory: string, state: State): Promise<State> {
  return (await readIntentIn(directory)).reduce(withIntent, state)
}

/** `broken`: there is a file, and it holds no memory. Else `why` is a whole sentence, or null. */
async function read(
  path: string,
): Promise<{ readonly state: State; readonly why: string | null; readonly broken: boolean }> {
  const file = await readSmallFile(path, LONGEST)
  switch (file.kind) {
    case 'missing':
      return { state: EMPTY_STATE, why: null, broken: false }
    case 'unreadable':
      return { state: EMPTY_STATE, why: recordFault('read', path, 'state', file.error).message, broken: false }
    case 'broken':
      return { state: EMPTY_STATE, why: file.why, broken: true }
    case 'read': {
      const found = parseState(file.bytes.toString())
      if (found.kind === 'state') return { state: found.state, why: null, broken: false }
      return { state: EMPTY_STATE, why: found.why, broken: true }
    }
    default:
      return assertNever(file)
  }
}

/** The note that says so. Numbered and not dated: a clock that jumps must not overwrite one. */
async function setAside(directory: string, why: string): Promise<string> {
  const path = join(directory, 'state.json')
  const start = 'state.json.unreadable-'
  try {
    const numbers = (await readdir(directory))
      .filter(name => name.startsWith(start) && /^\d{1,9}$/.test(name.slice(start.length)))
      .map(name => Number(name.slice(start.length)))
    const next = Math.max(0, ...numbers) + 1
    const aside = join(directory, `${start}${next}`)
    await rename(path, aside)
    for (const old of numbers.filter(n => n <= next - KEPT_ASIDE)) {
      await rm(join(directory, `${start}${old}`), { recursive: true, force: true }).catch(() => {})
    }
    return `${path} could not be used (${why}): it is now ${aside}, and netheal begins with an empty memory`
  } catch (error) {
    const stuck = recordFault('set aside', path, 'state', error).message
    return `${path} could not be used (${why}), and netheal begins with an empty memory; ${stuck}`
  }
}
