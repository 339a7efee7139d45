// The few programs that an exec can run: what they print and how they end. An unknown one ends with 127, as a shell says.
import type { SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import type { ProgramResult } from './image.ts'
import { resolve } from './resolver.ts'
import { routeTable } from './route.ts'

/** Null when the image has no such program: the exec itself fails then. */
export function runProgram(engine: Engine, container: SimContainer, argv: readonly string[]): ProgramResult | null {
  const [program = '', ...rest] = argv
  const image = engine.image(container.image)
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
      return rest[0] === 'route' || rest[0] === 'r'
        ? { exitCode: 0, output: routeTable(engine, container) }
        : { exitCode: 1, output: '' }
    case 'cat':
      return cat(container, rest[0] ?? '')
    default:
      return { exitCode: 127, output: `sh: ${program}: not found\n` }
  }
}

function getent(engine: Engine, container: SimContainer, argv: readonly string[]): ProgramResult {
  const [database, name = ''] = argv
  if (database !== 'hosts' && database !== 'ahosts') return { exitCode: 1, output: `Unknown database: ${database}\n` }
  const address = resolve(engine, container, name)
  return address === null ? { exitCode: 2, output: '' } : { exitCode: 0, output: `${address.padEnd(15)} ${name}\n` }
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

function cat(container: SimContainer, path: string): ProgramResult {
  const own = [...container.entries].some(([name, entry]) => name !== 'bridge' && entry.endpointId !== '')
  return path === '/etc/resolv.conf'
    ? { exitCode: 0, output: own ? 'nameserver 127.0.0.11\noptions ndots:0\n' : 'nameserver 192.0.2.53\n' }
    : { exitCode: 1, output: `cat: can't open '${path}': No such file or directory\n` }
}
