// What one command of a script asks of Docker, as whole tuples: the command, and for each container the network, the names and
// the address that stand with it, and whose engine it is. Each part is known, or named as not known, with its line. Knows the
// command lines of docker, docker compose and systemctl, and curl on the engine's socket.
import type { DockerVerb } from '../diagnose/rules/automation.ts'
import { holesOf, known, shownValue, type Value } from '../shell/value.ts'

export type Part =
  | { readonly kind: 'known'; readonly value: string }
  /** `text`: as it stands in the script, or what came of it and is no name. */
  | { readonly kind: 'unknown'; readonly text: string; readonly line: number }

export interface DockerCall {
  /** `run`: `docker run --name`, which is no deed to a container that is there. */
  readonly command: DockerVerb | 'run'
  /** Null: the command takes none. For compose the container is a service. */
  readonly network: Part | null
  readonly container: Part | null
  readonly aliases: readonly Part[]
  readonly address: Part | null
  readonly address6: Part | null
  /** Options of a connect that no rule has a word for: `--link`. */
  readonly options: readonly string[]
  /** Null: this host's engine. */
  readonly host: Part | null
}

/** A call of Docker, where it stands. Of those with the same `path` only one can come true: branches, one way each. */
export interface ScriptCall extends DockerCall {
  /** Null: the script's own file. */
  readonly file: string | null
  readonly line: number
  readonly text: string
  readonly path: string
}

const DEEDS: Readonly<Record<string, DockerVerb>> = {
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
/** Signals that a program takes as a word, and goes on. */
const HARMLESS = /^(SIG)?(HUP|USR[12]|WINCH|CONT|CHLD|PIPE|ALRM)$|^(0|1|10|12|28)$/
/** Options that take the next word as their value. */
const VALUED =
  /^(-H|--host|--context|-c|--config|-l|--log-level|--tlscacert|--tlscert|--tlskey|--alias|--ip6?|--link|--link-local-ip|--driver-opt|--gw-priority|-t|--time|--timeout|-s|--signal|-f|--file|--filter|-p|--project-name|--project-directory|--profile|--env-file|--scale|--ansi|--parallel|--progress|--name)$/
const NAME = /^[a-zA-Z0-9][\w.-]*$/
const ADDRESS6 = /^[0-9a-fA-F:.]+$/

interface Options {
  readonly args: readonly Value[]
  readonly values: ReadonlyMap<string, readonly Value[]>
}

/** Empty for a command that does nothing of the kind. `words`: the program first. `engine`: what the surroundings say. */
export function dockerCallsOf(words: readonly Value[], engine: Value | null, line: number): readonly DockerCall[] {
  const [first = [], ...rest] = words
  const program = (known(first) ?? shownValue(first)).split('/').at(-1) ?? ''
  if (program === 'docker-compose') return composeCalls(rest, engine, line)
  if (program === 'systemctl' || program === 'service') return engineCalls(rest, line)
  if (program === 'curl') return curlCalls(rest, line)
  // `$DOCKER`, `$(which docker)`: what else would it be.
  const isDocker = program === 'docker' || program === 'podman' || (known(first) === null && /docker/i.test(program))
  return isDocker ? dockerCalls(rest, engine, line) : []
}

function dockerCalls(words: readonly Value[], engine: Value | null, line: number): readonly DockerCall[] {
  const { args, values } = optionsOf(words, false)
  const host = hostOf(values, engine, line)
  const at = (i: number): string => known(args[i]) ?? ''
  const option = (name: string): readonly Part[] =>
    (values.get(name) ?? []).map(v => partOf(v, line, name === '--ip6' ? ADDRESS6 : NAME))
  const deed = (command: DockerCall['command'], of: readonly Value[], network: Part | null = null) =>
    of.map((value): DockerCall => ({ ...PLAIN, command, network, container: partOf(value, line), host }))
  // Of what is not a word one cannot say what it does.
  if (args[0] !== undefined && known(args[0]) === null)
    return [{ ...PLAIN, command: 'engine-call', host, container: partOf(args[0], line) }]
  if (at(0) === 'compose')
    return composeCalls(words.slice(words.findIndex(w => known(w) === 'compose') + 1), engine, line)
  if (at(0) === 'network') {
    if (at(1) === 'connect' || at(1) === 'disconnect') {
      const [network, container] = args.length === 4 ? args.slice(2) : []
      const whole = shownValue(args.slice(2).flatMap((v, i) => (i === 0 ? v : [' ', ...v])))
      const unclear: Part = { kind: 'unknown', text: whole === '' ? 'nothing stands there' : whole, line }
      const call: DockerCall = {
        ...PLAIN,
        command: at(1) === 'connect' ? 'connect' : 'disconnect',
        network: network === undefined ? unclear : partOf(network, line),
        container: container === undefined ? unclear : partOf(container, line),
        aliases: option('--alias'),
        address: option('--ip').at(-1) ?? null,
        address6: option('--ip6').at(-1) ?? null,
        options: ['--link', '--link-local-ip', '--driver-opt', '--gw-priority'].filter(o => values.has(o)),
        host,
      }
      return [call]
    }
    if (at(1) === 'rm' || at(1) === 'remove')
      return args.slice(2).map(v => ({ ...PLAIN, command: 'network-remove', network: partOf(v, line), host }))
    return at(1) === 'prune' ? [{ ...PLAIN, command: 'prune', host }] : []
  }
  // Of images, volumes and build caches no network depends.
  if ((at(0) === 'system' || at(0) === 'container') && at(1) === 'prune') return [{ ...PLAIN, command: 'prune', host }]
  if (
    (at(0) === 'stack' && /^(deploy|up|rm|down)$/.test(at(1))) ||
    (at(0) === 'service' && /^(update|scale|rm|rollback)$/.test(at(1)))
  )
    return [{ ...PLAIN, command: 'engine-call', host }]
  const inner = at(0) === 'container' ? 1 : 0
  const verb = at(inner)
  if (verb === 'run' || verb === 'create') {
    const mounts = words.map(w => known(w) ?? '').some(w => w.includes('docker.sock'))
    const named = option('--name').map((container): DockerCall => ({ ...PLAIN, command: 'run', container, host }))
    return mounts && verb === 'run' ? [...named, { ...PLAIN, command: 'engine-call', host }] : named
  }
  const command = Object.hasOwn(DEEDS, verb) ? DEEDS[verb] : undefined
  if (command === undefined) return []
  const signal = known([...(values.get('-s') ?? []), ...(values.get('--signal') ?? [])].at(-1))
  if (command === 'kill' && signal !== null && HARMLESS.test(signal)) return []
  return deed(command, args.slice(inner + 1))
}

const PLAIN: Omit<DockerCall, 'command'> = {
  network: null,
  container: null,
  aliases: [],
  address: null,
  address6: null,
  options: [],
  host: null,
}

function composeCalls(words: readonly Value[], engine: Value | null, line: number): readonly DockerCall[] {
  const { args, values } = optionsOf(words, true)
  const verb = known(args[0]) ?? ''
  const command = Object.hasOwn(COMPOSE, verb) ? COMPOSE[verb] : undefined
  if (command === undefined) return []
  const host = hostOf(values, engine, line)
  const services = args.slice(1).map(v => ({ ...PLAIN, command, container: partOf(v, line), host }))
  return services.length > 0 ? services : [{ ...PLAIN, command, host }]
}

/** A restart of the engine stops and starts every container. */
function engineCalls(words: readonly Value[], line: number): readonly DockerCall[] {
  const texts = words.map(known)
  const verb = texts.find(t => t !== null && /^(try-restart|reload-or-restart|restart|stop|start)$/.test(t))
  if (verb === undefined || texts.some(t => t === '-H' || t?.startsWith('--host'))) return []
  if (texts.some(t => t !== null && /^docker(\.service|\.socket)?$/.test(t))) {
    // A start of what runs does nothing.
    return verb === 'start' ? [] : [{ ...PLAIN, command: 'engine-restart' }]
  }
  const open = words.find(w => known(w) === null)
  return open === undefined || verb === 'start'
    ? []
    : [{ ...PLAIN, command: 'engine-call', container: partOf(open, line) }]
}

/** `curl --unix-socket /var/run/docker.sock -X POST http://localhost/containers/pms-backend/restart` */
function curlCalls(words: readonly Value[], line: number): readonly DockerCall[] {
  const texts = words.map(w => known(w) ?? '')
  const socket = texts[texts.indexOf('--unix-socket') + 1] ?? ''
  const isEngine = texts.includes('--unix-socket')
    ? socket === '' || socket.includes('docker.sock')
    : texts.some(t => t.includes('docker.sock')) ||
      words.some(w => /^(https?:\/\/)?(127\.0\.0\.1|localhost):237[56]\//.test(shownValue(w)))
  if (!isEngine) return []
  const at = texts.findIndex(t => t === '-X' || t === '--request')
  const glued = texts.map(t => /^(?:-X|--request=)([A-Z]+)$/.exec(t)?.[1]).find(t => t !== undefined)
  const sends = texts.some(t => t === '-d' || t === '--json' || t.startsWith('--data'))
  const method = glued ?? (at === -1 ? (sends ? 'POST' : 'GET') : texts[at + 1])
  if (method === 'GET' || method === 'HEAD') return []
  const url = words.find(w => /^https?:\/\/|^(localhost|docker)\//.test(shownValue(w))) ?? []
  const [, what, name = '', action = ''] = /\/(containers|networks)\/([^/?]+)(?:\/(\w+))?/.exec(shownValue(url)) ?? []
  const named = nameIn(name, url, line)
  if (what === 'networks' && (action === 'connect' || action === 'disconnect')) {
    const body = words.map(shownValue).flatMap(t => /"Container"\s{0,9}:\s{0,9}"([^"]+)"/.exec(t)?.[1] ?? [])[0]
    const container = body === undefined ? unknownPart('the body that is sent', line) : partOf([body], line)
    return [{ ...PLAIN, command: action, network: named, container }]
  }
  if (what === 'containers') {
    const command = method === 'DELETE' ? 'remove' : Object.hasOwn(DEEDS, action) ? DEEDS[action] : undefined
    if (command !== undefined) return [{ ...PLAIN, command, container: named }]
  }
  return [{ ...PLAIN, command: 'engine-call' }]
}

function nameIn(name: string, url: Value, line: number): Part {
  const hole = holesOf(url).find(h => name.includes(h.text))
  return hole === undefined ? partOf([name], line) : unknownPart(name, hole.line)
}

/** The words without options and their values. A `-f` is a file for compose only; elsewhere it is `--force`. */
function optionsOf(words: readonly Value[], isCompose: boolean): Options {
  const args: Value[] = []
  const values = new Map<string, readonly Value[]>()
  const keep = (name: string, value: Value): void => void values.set(name, [...(values.get(name) ?? []), value])
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? []
    const text = typeof word[0] === 'string' ? word[0] : ''
    const isRun = !isCompose && /^(run|create|exec)$/.test(known(args[0]) ?? '')
    if (text === '--' && word.length === 1) continue
    if (!text.startsWith('-') || text === '-') {
      if (known(word) !== '') args.push(word)
      continue
    }
    const [, name, glued] = /^(--?[\w-]+)=(.*)$/s.exec(text) ?? []
    if (name !== undefined && glued !== undefined) keep(name, [glued, ...word.slice(1)])
    else if (VALUED.test(text) && (isCompose || text !== '-f') && !(isRun && text !== '--name'))
      keep(text, words[++i] ?? [])
    else keep(text, [])
  }
  return { args, values }
}

/** `-H`, a context, DOCKER_HOST: an engine elsewhere, or one that is not known. */
function hostOf(values: Options['values'], engine: Value | null, line: number): Part | null {
  const own = [...(values.get('-H') ?? []), ...(values.get('--host') ?? [])].at(-1)
  const context = [...(values.get('--context') ?? []), ...(values.get('-c') ?? [])].at(-1)
  const value = own ?? (context === undefined ? engine : known(context) === 'default' ? null : ['context ', ...context])
  if (value === null || value.length === 0) return null
  const text = known(value)
  if (text === null) return unknownPart(shownValue(value), holesOf(value)[0]?.line ?? line)
  const isHere =
    /^(unix|fd|npipe):/.test(text) || /^(\w+:\/\/)?([^@/]*@)?(localhost|127\.[\d.]+|\[?::1\]?)(:\d+)?\/?$/.test(text)
  return isHere ? null : { kind: 'known', value: text }
}

/** What is no name that Docker gives is not known: `{}`, `--`, a text with spaces. */
function partOf(value: Value, line: number, form: RegExp = NAME): Part {
  const text = known(value)
  if (text !== null && form.test(text)) return { kind: 'known', value: text }
  return unknownPart(shownValue(value), holesOf(value)[0]?.line || line)
}

function unknownPart(text: string, line: number): Part {
  return { kind: 'unknown', text: text === '' ? 'an empty text' : text.slice(0, 200), line }
}
