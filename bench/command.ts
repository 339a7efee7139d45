// Runs commands to their end and says what they took: time, CPU, memory. One at a time, or the CPU is not theirs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { findCommand } from '../test/support/engine-packages.ts'

export interface Command {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface Taken {
  /** From the spawn to the end, in ms. */
  readonly wall: number
  /** Of the command and of all that it waited for, in ms, by the kernel's ticks of 10 ms: only a mean of many is worth something. */
  readonly cpu: number
  readonly stdout: string
}

/** Throws when it does not end with 0, with what it said. */
export async function run({ argv, env }: Command, signal: AbortSignal): Promise<Taken> {
  const [command = '', ...args] = argv
  const before = cpuOfChildren()
  const start = performance.now()
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], signal })
  const said = Promise.all([text(child.stdout), text(child.stderr)])
  said.catch(() => undefined)
  const [code] = (await once(child, 'exit')) as [number | null]
  const wall = performance.now() - start
  const cpu = cpuOfChildren() - before
  const [stdout, stderr] = await said
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stdout}${stderr}`)
  return { wall, cpu, stdout }
}

/** Runs two in turns, the order changing each time, so that what else the machine does meets both alike. */
export async function alternate(
  pairs: number,
  first: Command,
  second: Command,
  signal: AbortSignal,
): Promise<{ readonly first: readonly Taken[]; readonly second: readonly Taken[] }> {
  const taken = { first: [] as Taken[], second: [] as Taken[] }
  for (let i = 0; i < pairs; i++) {
    const order = i % 2 === 0 ? (['first', 'second'] as const) : (['second', 'first'] as const)
    for (const which of order) taken[which].push(await run(which === 'first' ? first : second, signal))
  }
  return taken
}

/**
 * The most memory of the largest process of the command, in MiB; null where nothing here can say (GNU time or busybox).
 * Those start the command themselves: a child of this process would be counted with what this process had.
 */
export async function peakMemory({ argv, env }: Command, signal: AbortSignal): Promise<number | null> {
  const gnu = await findCommand('time')
  if (gnu !== null) return (await peakWith([gnu], argv, env, signal)).peak / 1024
  const busybox = await findCommand('busybox')
  if (busybox === null) return null
  // busybox takes the kernel's kibibytes for pages in some versions (1.35: four times too much): a process that says
  // its own peak tells which one this is.
  const own = await peakWith([busybox, 'time'], ['sh', '-c', 'grep VmHWM /proc/self/status >&2'], env, signal)
  const factor = Math.max(1, Math.round(own.peak / Number(/VmHWM:\s+(\d+) kB/.exec(own.said)?.[1])))
  return (await peakWith([busybox, 'time'], argv, env, signal)).peak / 1024 / factor
}

/** The peak as it is said by `time`, and what the command wrote to stderr before. */
async function peakWith(
  time: readonly string[],
  argv: readonly string[],
  env: Command['env'],
  signal: AbortSignal,
): Promise<{ readonly peak: number; readonly said: string }> {
  const script = '"$@" 2>&1 >/dev/null'
  const { stdout } = await run({ argv: ['sh', '-c', script, 'sh', ...time, '-f', 'peak %M', ...argv], env }, signal)
  const [, peak] = /^peak (\d+)$/m.exec(stdout) ?? []
  if (peak === undefined) throw new Error(`no memory in what time said: ${stdout}`)
  return { peak: Number(peak), said: stdout }
}

/** Milliseconds of CPU of all children that have ended, with theirs. */
function cpuOfChildren(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  // "PID (NAME) STATE ...", and the name may hold anything but the last parenthesis; cutime and cstime are fields 16, 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}
