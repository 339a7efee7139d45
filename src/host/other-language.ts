// A script in another language than the shell's: searched for the words of Docker's command line and of its libraries. Which
// names are meant is not told; where it speaks to Docker in words that are not known here, it may do anything.
import type { DockerVerb } from '../diagnose/rules/automation.ts'
import { known, type Value } from '../shell/value.ts'
import type { DockerCall, ScriptCall } from './call.ts'
import { shown } from './shown.ts'

/** What it does by command line, as one text or a list of words, and by a library: `container.restart()`. */
const DEEDS: readonly (readonly [DockerVerb, RegExp, RegExp])[] = [
  ['connect', /\bdocker\b.{0,99}\bnetwork\W{1,6}connect\b/, /\.connect\(/],
  ['disconnect', /\bdocker\b.{0,99}\bnetwork\W{1,6}disconnect\b/, /\.disconnect\(/],
  ['restart', /\b(docker|compose)\W{1,6}(container\W{1,6})?restart\b|\/restart\b/, /\.restart\(/],
  ['stop', /\b(docker|compose)\W{1,6}(container\W{1,6})?(stop|down)\b|\/stop\b/, /\.stop\(/],
  ['kill', /\bdocker\W{1,6}(container\W{1,6})?kill\b|\/kill\b/, /\.kill\(/],
  ['remove', /\bdocker\W{1,6}(container\W{1,6})?rm\b/, /\.(remove|delete)\(/],
  ['prune', /\bdocker\W{1,6}(system|network|container)\W{1,6}prune\b/, /\.prune\w*\(/],
  ['engine-restart', /\bsystemctl\W{1,6}(restart|stop)\W{1,6}docker\b/, /(?!)/],
]
/** What only looks, in both ways. */
const LOOKS =
  /\bdocker\W{1,6}(ps|inspect|logs|stats|info|version|images|events|top|port|diff|start|(container|network|image|volume)\W{1,6}(ls|list|inspect))\b|\.(get|list|inspect|logs|stats|info|version|ping|events|attrs|status|top|reload|start|listContainers|getContainer)\b/
const SPEAKS = /\bdocker\b|docker\.sock|DOCKER_HOST|\bpodman\b/i
/** A library of Docker's, or its socket. */
const LIBRARY =
  /\bimport docker\b|\bfrom docker\b|docker\.(from_env|DockerClient|APIClient)|dockerode|aiodocker|docker\.sock|Net::Docker|Docker::/
const UNKNOWN = { kind: 'unknown', text: 'names in a script that is not a shell script' } as const
const IGNORED = /^\s{0,200}(#|\/\/|\*|import\b|from\b|use\b|require\s|print\b|console\.|log)/

/** `python3 -c '...'`, `perl -e`, `awk '{ system("docker ...") }'`, and what such a program is given to read. */
export function programCallsOf(words: readonly Value[], input: Value | null, line: number): readonly DockerCall[] {
  const [program = '', ...args] = words.map(w => known(w) ?? '')
  const name = program.split('/').at(-1) ?? ''
  if (!/^(python[\d.]*|perl|ruby|node|nodejs|php|deno|bun|expect|[gm]?awk)$/.test(name)) return []
  const isAwk = name.endsWith('awk')
  const texts = [...args, isAwk ? '' : (known(input ?? []) ?? '')].filter(
    t => !isAwk || /\bsystem\s{0,9}\(|\|\s{0,9}"/.test(t),
  )
  return texts
    .flatMap(t => readOther(t.replaceAll(';', '\n')))
    .map(call => ({ ...call, container: { ...UNKNOWN, line } }))
}

export function readOther(text: string): readonly ScriptCall[] {
  const lines = text.split('\n').map(line => line.slice(0, 2_000))
  const isLibrary = lines.some(line => !/^\s{0,200}(#|\/\/)/.test(line) && LIBRARY.test(line))
  const found = lines.flatMap((content, i): ScriptCall[] => {
    if (IGNORED.test(content)) return []
    const command = DEEDS.find(
      ([, byCommand, byLibrary]) => byCommand.test(content) || (isLibrary && byLibrary.test(content)),
    )?.[0]
    return command === undefined ? [] : [callOf(command, i + 1, content)]
  })
  if (found.length > 0) return found
  const code = lines.map((content, i) => ({ content, line: i + 1 })).filter(({ content }) => !IGNORED.test(content))
  const unclear = code.find(({ content }) => SPEAKS.test(content))
  // It only looks, or only speaks of it.
  if (unclear === undefined || code.some(({ content }) => LOOKS.test(content))) return []
  return [callOf('engine-call', unclear.line, unclear.content)]
}

function callOf(command: DockerVerb, line: number, content: string): ScriptCall {
  const part = { ...UNKNOWN, line }
  const network = command === 'connect' || command === 'disconnect' ? part : null
  const place = { file: null, line, path: String(line), text: shown(content) }
  return {
    ...place,
    command,
    network,
    container: part,
    aliases: [],
    address: null,
    address6: null,
    options: [],
    host: null,
  }
}
