// What one command of a script does to containers: from its words, already resolved, to what Docker is told, and the names in it.
// Knows the command lines of docker, docker compose, systemctl, and curl on the engine's socket.
import type { DockerVerb } from '../diagnose/rules/automation.ts'
import type { Values } from './shell-values.ts'

export interface DockerCommand {
  readonly kind: DockerVerb
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly unresolved: readonly string[]
}

const PLAIN: Readonly<Record<string, DockerVerb>> = {
  restart: 'restart',
  stop: 'stop',
  start: 'start',
  kill: 'kill',
  rm: 'remove',
}
const COMPOSE: Readonly<Record<string, DockerVerb>> = {
  up: 'compose-up',
  restart: 'compose-restart',
  down: 'compose-down',
  stop: 'compose-down',
  rm: 'compose-down',
  kill: 'compose-down',
}

/** Options that take the next word as their value. */
const TAKES_VALUE =
  /^(-H|--host|--context|-c|--config|-l|--log-level|--tlscacert|--tlscert|--tlskey|--alias|--ip6?|--link|--link-local-ip|--driver-opt|--gw-priority|-t|--time|--timeout|-s|--signal|-f|--file|--filter|-p|--project-name|--project-directory|--profile|--env-file|--scale|--ansi|--parallel|--progress)$/
/** `-f` is a file for compose only; elsewhere it is `--force`. `-t` of a restart is its time. */
const FORCE = /^-f$/

/** Null for a command that does nothing of the kind. The first word is the program. */
export function dockerCommandOf(words: readonly Values[]): DockerCommand | null {
  const program = (words[0]?.values[0] ?? '').split('/').at(-1)
  switch (program) {
    case 'docker':
    case 'podman':
      return dockerDeed(words.slice(1))
    case 'docker-compose':
      return composeDeed(words.slice(1))
    case 'systemctl':
    case 'service':
      return engineDeed(words.slice(1))
    case 'curl':
      return curlDeed(words.slice(1))
    default:
      return null
  }
}

function dockerDeed(words: readonly Values[]): DockerCommand | null {
  const args = argumentsOf(words, false)
  const at = (i: number): string => args[i]?.values[0] ?? ''
  if (at(0) === 'compose') return composeDeed(words.slice(words.findIndex(w => w.values[0] === 'compose') + 1))
  if (at(0) === 'network') {
    if (at(1) === 'connect' || at(1) === 'disconnect') {
      return done(at(1) === 'connect' ? 'connect' : 'disconnect', args.slice(3), args.slice(2, 3))
    }
    if (at(1) === 'rm' || at(1) === 'remove') return done('network-remove', [], args.slice(2))
    return at(1) === 'prune' ? done('prune', [], []) : null
  }
  // Of images, volumes and build caches no network depends.
  if ((at(0) === 'system' || at(0) === 'container') && at(1) === 'prune') return done('prune', [], [])
  const inner = at(0) === 'container' ? 1 : 0
  const kind = Object.hasOwn(PLAIN, at(inner)) ? PLAIN[at(inner)] : undefined
  return kind === undefined ? null : done(kind, args.slice(inner + 1), [])
}

function composeDeed(words: readonly Values[]): DockerCommand | null {
  const args = argumentsOf(words, true)
  const verb = args[0]?.values[0] ?? ''
  const kind = Object.hasOwn(COMPOSE, verb) ? COMPOSE[verb] : undefined
  return kind === undefined ? null : done(kind, args.slice(1), [])
}

/** A restart of the engine stops and starts every container. */
function engineDeed(words: readonly Values[]): DockerCommand | null {
  const texts = words.flatMap(w => w.values)
  const isEngine = texts.some(t => /^docker(\.service|\.socket)?$/.test(t))
  return isEngine && texts.some(t => /^(restart|try-restart|stop|start)$/.test(t))
    ? done('engine-restart', [], [])
    : null
}

/** `curl --unix-socket /var/run/docker.sock -X POST http://localhost/containers/pms-backend/restart` */
function curlDeed(words: readonly Values[]): DockerCommand | null {
  const texts = words.flatMap(w => w.values)
  if (!texts.some(t => t.includes('docker.sock'))) return null
  const method = texts[texts.findIndex(t => t === '-X' || t === '--request') + 1]
  const glued = texts.find(t => /^-X[A-Z]+$/.test(t))?.slice(2)
  const sends = texts.some(t => /^(-d|--data.*|--json)$/.test(t))
  const verb = glued ?? (texts.some(t => t === '-X' || t === '--request') ? method : sends ? 'POST' : 'GET')
  if (verb === 'GET' || verb === 'HEAD') return null
  const unresolved = words.flatMap(w => w.unresolved)
  const url = texts.find(t => /^https?:\/\//.test(t) || /^(localhost|docker)\//.test(t)) ?? ''
  const [, what, name = '', action = ''] = /\/(containers|networks)\/([^/?]+)(?:\/(\w+))?/.exec(url) ?? []
  if (what === 'networks' && (action === 'connect' || action === 'disconnect')) {
    const body = texts.flatMap(t => [...t.matchAll(/"Container"\s*:\s*"([^"]+)"/g)].map(m => m[1] ?? ''))
    return { kind: action, containers: body, networks: [name], unresolved }
  }
  if (what === 'containers') {
    const kind = verb === 'DELETE' ? 'remove' : Object.hasOwn(PLAIN, action) ? PLAIN[action] : undefined
    if (kind !== undefined) return { kind, containers: [name], networks: [], unresolved }
  }
  return { kind: 'engine-call', containers: [], networks: [], unresolved }
}

/** The words without options and their values. */
function argumentsOf(words: readonly Values[], isCompose: boolean): readonly Values[] {
  const args: Values[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    const text = word?.values[0] ?? ''
    if (word === undefined || (word.values.length === 0 && word.unresolved.length === 0)) continue
    if (text === '--') continue
    if (!text.startsWith('-') || text === '-') args.push(word)
    else if (TAKES_VALUE.test(text) && (isCompose || !FORCE.test(text))) i++
  }
  return args
}

function done(kind: DockerVerb, containers: readonly Values[], networks: readonly Values[]): DockerCommand {
  const names = (of: readonly Values[]): readonly string[] => [
    ...new Set(of.flatMap(v => v.values).filter(v => v !== '')),
  ]
  return {
    kind,
    containers: names(containers),
    networks: names(networks),
    unresolved: [...new Set([...networks, ...containers].flatMap(v => v.unresolved))],
  }
}
