// The insides of containers as tests script them: images that lack programs or bring some, shell scripts that print and end,
// and a few of busybox's programs.
import type { SimContainer } from '../../../src/simulator/container.ts'
import type { Engine } from '../../../src/simulator/engine.ts'
import type { Inside, ProgramResult } from '../../../src/simulator/inside.ts'
import { getent, resolve } from '../../../src/simulator/resolver.ts'
import { endByItself } from './crash.ts'
import { say } from './log.ts'
import { processOf, type SimProcess } from './process.ts'
import { routeTable } from './route.ts'

/** An image that nobody declared exists, has every program below, and ends with 143. */
export interface ImageSpec {
  /** Programs that are not in it: an exec of them fails as Docker says it. */
  readonly absent?: readonly string[]
  /** Programs that it brings, by their first word; the whole argv is passed. */
  readonly programs?: Readonly<Record<string, (argv: readonly string[]) => ProgramResult>>
  /** What TERM ends a process with: 143 (default), 0, ...; null: TERM is ignored, and a stop waits out its grace. */
  readonly termExit?: number | null
}

export class ScriptedInside implements Inside {
  readonly images = new Map<string, ImageSpec>()
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  begin(container: SimContainer): void {
    const engine = this.#engine
    const process = this.#processOf(container)
    say(engine, container, process.says)
    // 20.10 and 26: StartedAt is read when the process already runs: its first lines may be older.
    if (engine.traits.lateStartedAt) container.startedAt = engine.instants.next()
    if (process.runsFor === null) return
    container.cancelTimer = engine.clock.after(process.runsFor, () => {
      void container.lock.run(() => {
        if (container.status === 'running') endByItself(engine, container, process.exitCode)
      })
    })
  }

  onTerm(container: SimContainer): number | null {
    return this.#processOf(container).onTerm
  }

  /** An unknown program ends with 127, as a shell says. */
  run(container: SimContainer, argv: readonly string[]): ProgramResult | null {
    const engine = this.#engine
    const [program = '', ...rest] = argv
    const image = this.image(container.image)
    if (image.absent?.includes(program)) return null
    const own = image.programs?.[program]
    if (own !== undefined) return own(argv)
    switch (program) {
      case 'true':
        return { exitCode: 0, output: '' }
      case 'false':
        return { exitCode: 1, output: '' }
      case 'echo':
        return { exitCode: 0, output: `${rest.join(' ')}\n` }
      case 'getent':
        return getent(engine, container, rest)
      case 'nslookup':
        return nslookup(engine, container, rest[0] ?? '')
      case 'ip':
        if (rest[0] === 'link' && rest[1] === 'del') return deleteLink(container, rest[2] ?? '')
        return rest[0] === 'route' || rest[0] === 'r'
          ? { exitCode: 0, output: routeTable(engine, container) }
          : { exitCode: 1, output: '' }
      case 'cat':
        return cat(engine, container, rest[0] ?? '')
      default:
        return { exitCode: 127, output: `sh: ${program}: not found\n` }
    }
  }

  image(name: string): ImageSpec {
    return this.images.get(name) ?? {}
  }

  #processOf(container: SimContainer): SimProcess {
    const { termExit } = this.image(container.image)
    return processOf(container.command, termExit === undefined ? 143 : termExit)
  }
}

function nslookup(engine: Engine, container: SimContainer, name: string): ProgramResult {
  const address = resolve(engine, container, name)
  const server = 'Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\n'
  return address === null
    ? { exitCode: 1, output: `${server}** server can't find ${name}: NXDOMAIN\n\n` }
    : {
        exitCode: 0,
        output: `${server}Non-authoritative answer:\nName:\t${name}\nAddress: ${address}\n\nNon-authoritative answer:\n\n`,
      }
}

function cat(engine: Engine, container: SimContainer, path: string): ProgramResult {
  if (path === '/proc/net/fib_trie') return { exitCode: 0, output: ownAddresses(engine, container) }
  const own = [...container.entries].some(([name, entry]) => name !== 'bridge' && entry.endpointId !== '')
  return path === '/etc/resolv.conf'
    ? { exitCode: 0, output: own ? 'nameserver 127.0.0.11\noptions ndots:0\n' : 'nameserver 192.0.2.53\n' }
    : { exitCode: 1, output: `cat: can't open '${path}': No such file or directory\n` }
}

/** Interfaces are numbered in the order of the entries, as in the statistics. */
function deleteLink(container: SimContainer, name: string): ProgramResult {
  const joined = [...container.entries.values()].filter(e => e.endpointId !== '')
  const entry = joined.find((e, index) => name === `eth${index}` && !container.lost.has(e.endpointId))
  if (entry === undefined) return { exitCode: 1, output: `ip: can't find device '${name}'\n` }
  container.lost.add(entry.endpointId)
  return { exitCode: 0, output: '' }
}

/** The kernel's table, as far as it has this host's own addresses. */
function ownAddresses(engine: Engine, container: SimContainer): string {
  const own = [...container.entries.values()].filter(
    e =>
      e.address !== '' &&
      !container.lost.has(e.endpointId) &&
      engine.networks.get(e.networkId)?.endpoints.has(container.id),
  )
  return ['127.0.0.1', ...own.map(e => e.address)].map(a => `     |-- ${a}\n        /32 host LOCAL\n`).join('')
}
