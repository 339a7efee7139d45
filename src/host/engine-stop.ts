// Commands that stop the engine, or the host, and every container with it.
import { known, type Value } from '../shell/value.ts'
import { type DockerCall, PLAIN, partOf } from './call.ts'

const SERVICES = /^(systemctl|service|rc-service|invoke-rc\.d|snap)$/
/** By the program, the word that makes it stop what it stops. */
const ENDS: Readonly<Record<string, RegExp>> = {
  reboot: /^/,
  shutdown: /^(-\w*r|--reboot)$/,
  init: /^6$/,
  telinit: /^6$/,
  systemctl: /^(soft-)?reboot$|^kexec$/,
  pkill: /^dockerd$/,
  killall: /^dockerd$/,
}

/** Null: another program. `words`: the program first. */
export function engineCalls(words: readonly Value[], line: number): readonly DockerCall[] | null {
  const [path = '', ...texts] = words.map(w => known(w) ?? '')
  const program = path.split('/').at(-1) ?? ''
  const isScript = path === '/etc/init.d/docker'
  const ends = Object.hasOwn(ENDS, program) ? ENDS[program] : undefined
  if (ends !== undefined && ['', ...texts].some(t => ends.test(t))) return [{ ...PLAIN, command: 'engine-restart' }]
  if (!isScript && !SERVICES.test(program)) return ends === undefined ? null : []
  // A start of what runs does nothing.
  const isRestart = texts.some(t => /^(try-restart|reload-or-restart|restart|stop)$/.test(t))
  if (!isRestart || texts.some(t => t === '-H' || t.startsWith('--host'))) return []
  if (isScript || texts.some(t => /^docker(\.service|\.socket)?$/.test(t)))
    return [{ ...PLAIN, command: 'engine-restart' }]
  const open = words.find(w => known(w) === null)
  return open === undefined ? [] : [{ ...PLAIN, command: 'engine-call', container: partOf(open, line) }]
}

/** Other units of systemd that it stops or restarts, which may be the application itself. */
export function unitsStopped(words: readonly Value[]): readonly string[] {
  const [program = '', ...texts] = words.map(w => known(w) ?? '')
  const at = texts.findIndex(t => /^(try-restart|reload-or-restart|restart|stop)$/.test(t))
  if (!program.endsWith('systemctl') || at === -1 || texts.some(t => /^(-H|--host|--user)/.test(t))) return []
  const names = texts.slice(at + 1).filter(t => /^[\w@:.-]+$/.test(t) && !t.startsWith('-'))
  return names
    .map(n => (/\.\w+$/.test(n) ? n : `${n}.service`))
    .filter(n => n.endsWith('.service') && n !== 'docker.service')
}
