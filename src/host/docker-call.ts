// What one command of a script asks of Docker. Knows the command lines of docker and docker compose; what stops the engine is in
// engine-stop.ts, what speaks to its socket by hand in socket-call.ts.
import type { DockerVerb } from '../diagnose/rules/automation.ts'
import { holesOf, known, shownValue, type Value } from '../shell/value.ts'
import { ADDRESS6, DEEDS, type DockerCall, type Part, PLAIN, partOf, unknownPart } from './call.ts'
import { engineCalls } from './engine-stop.ts'
import { socketCalls } from './socket-call.ts'

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
/** What of docker's own commands touches no container that is there, or is read above. */
const OTHERS =
  /^(attach|build|builder|buildx|checkpoint|commit|config|container|context|cp|debug|diff|events|exec|export|help|history|images?|import|info|init|inspect|load|login|logout|logs|manifest|model|network|node|pause|plugin|port|ps|pull|push|rename|save|sbom|scan|scout|search|secret|service|stack|stats|swarm|system|tag|top|trust|unpause|update|version|volume|wait)$/
/** Options that take the next word as their value. */
const VALUED =
  /^(-H|--host|--context|-c|--config|-l|--log-level|--tlscacert|--tlscert|--tlskey|--alias|--ip6?|--link|--link-local-ip|--driver-opt|--gw-priority|-t|--time|--timeout|-s|--signal|-f|--file|--filter|-p|--project-name|--project-directory|--profile|--env-file|--scale|--ansi|--parallel|--progress|--name)$/
interface Options {
  readonly args: readonly Value[]
  readonly values: ReadonlyMap<string, readonly Value[]>
}

/** Empty for a command that does nothing of the kind. `words`: the program first. `engine`: what the surroundings say. */
export function dockerCallsOf(words: readonly Value[], engine: Value | null, line: number): readonly DockerCall[] {
  const [first = [], ...rest] = words
  const program = (known(first) ?? shownValue(first)).split('/').at(-1) ?? ''
  if (program === 'docker-compose') return composeCalls(rest, engine, line)
  const other = engineCalls(words, line) ?? socketCalls(program, rest, line)
  if (other !== null) return other
  // `$DOCKER`, `$(which docker)`: what else would it be.
  const isDocker = program === 'docker' || program === 'podman' || (known(first) === null && /docker/i.test(program))
  return isDocker ? dockerCalls(rest, engine, line) : []
}

function dockerCalls(words: readonly Value[], engine: Value | null, line: number): readonly DockerCall[] {
  const { args, values } = optionsOf(words, false)
  const host = hostOf(values, engine, line)
  const at = (i: number): string => known(args[i]) ?? ''
  const option = (name: string): readonly Part[] =>
    (values.get(name) ?? []).map(v => partOf(v, line, name === '--ip6' ? ADDRESS6 : undefined))
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
    const mounts =
      words.some(w => shownValue(w).includes('docker.sock')) || (values.has('--privileged') && speaks(words))
    const named = option('--name').map((container): DockerCall => ({ ...PLAIN, command: 'run', container, host }))
    return mounts && verb === 'run' ? [...named, { ...PLAIN, command: 'engine-call', host }] : named
  }
  if (verb === 'exec' && speaks(words)) return [{ ...PLAIN, command: 'engine-call', host }]
  const command = Object.hasOwn(DEEDS, verb) ? DEEDS[verb] : undefined
  // A plugin: `docker rollout app`.
  if (command === undefined) return verb === '' || OTHERS.test(verb) ? [] : [{ ...PLAIN, command: 'engine-call', host }]
  const signal = known([...(values.get('-s') ?? []), ...(values.get('--signal') ?? [])].at(-1))
  if (command === 'kill' && signal !== null && HARMLESS.test(signal)) return []
  return deed(command, args.slice(inner + 1))
}

/** What is run inside of a container is a docker of its own. */
function speaks(words: readonly Value[]): boolean {
  return words.some(w => /(^|[\s/;])docker(\s|$)/.test(shownValue(w)))
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
