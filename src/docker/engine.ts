// The Docker Engine behind the port of heal/, and its one door: openEngine gives the inspector and the mentions as well,
// on the same connections and in the same API version.

import type { Readable } from 'node:stream'
import { mapBounded } from '../concurrency/map-bounded.ts'
import { isGone, NethealError } from '../core/errors.ts'
import { UNEXAMINED } from '../core/examination.ts'
import type { Container, Network, World } from '../core/world.ts'
import type { Inspector, MentionsReader } from '../diagnose/ports.ts'
import type { CloseLook, ConnectOptions, Engine, ExecResult } from '../heal/ports.ts'
import type { Mentions } from '../init/rules/evidence.ts'
import { knowsGatewayPriority } from './api-version.ts'
import { type Client, type EngineOptions, openClient } from './client.ts'
import { endpointJson } from './endpoint.ts'
import { EVENT_FILTERS, readEvents } from './events.ts'
import { examinerOn } from './examine.ts'
import { unframed } from './frames.ts'
import { inspectorOn } from './inspector.ts'
import { object } from './json.ts'
import { mentionsIn } from './mentions.ts'
import { mindingPodman } from './podman.ts'
import { containerOfInspect, containerOfList, engineStartOf, listOf, networkOf } from './translate.ts'

/** Stopping takes 10 s by default, and the container may ask for more. */
const RESTART_DEADLINE = 120_000
const INSPECTS_AT_ONCE = 16
/**
 * An inspect waits for its container's lock, for some 350 ms during a restart (docs/engine-facts.md, "Inspecting"); one
 * that hangs holds up a pass.
 */
const INSPECT_DEADLINE = 5_000
const LONGEST_OUTPUT = 64 * 1024

/** Connects to nothing yet: the first call does. Throws NethealError `config` for a host that is none. */
export function openEngine(options: EngineOptions): Engine & MentionsReader & Inspector & Disposable {
  const client = openClient(options)
  return {
    ...mindingPodman(engineOn(client)),
    ...inspectorOn(client),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

function engineOn(client: Client): Engine & MentionsReader {
  const { host, timeout, greet, call, docker } = client
  const inspectDeadline = Math.min(timeout, INSPECT_DEADLINE)

  const listNetworks = (signal: AbortSignal): Promise<unknown> =>
    call('GET /networks', signal, abortSignal => docker().listNetworks({ abortSignal }), { again: true })

  async function networks(signal: AbortSignal) {
    return networksOf(await listNetworks(signal))
  }

  /**
   * Inspects each, some at a time; `see` takes what comes, `miss` those that no longer exist, `late` those that pass their
   * deadline. Without `late` that is an error of the whole.
   */
  async function inspectAll(
    ids: readonly string[],
    signal: AbortSignal,
    see: (answer: unknown, id: string) => void,
    miss: (id: string) => void,
    late: ((id: string) => void) | null = null,
  ): Promise<void> {
    await mapBounded([...new Set(ids)], INSPECTS_AT_ONCE, async id => {
      const container = docker().getContainer(id)
      try {
        const inspect = (abortSignal: AbortSignal) => container.inspect({ abortSignal })
        see(await call(`inspect ${id.slice(0, 12)}`, signal, inspect, { again: true, deadline: inspectDeadline }), id)
      } catch (error) {
        if (!(error instanceof NethealError)) throw error
        if (isGone(error.code)) miss(id)
        else if (error.code === 'engine-timeout' && late !== null && !signal.aborted) late(id)
        else throw error
      }
    })
  }

  return {
    ...examinerOn(client),
    greet,
    forget: client.forget,

    async lookAll(signal): Promise<World> {
      const { apiVersion } = await greet(signal)
      const [containers, listed] = await Promise.all([
        call('GET /containers/json', signal, abortSignal => docker().listContainers({ all: true, abortSignal }), {
          again: true,
        }),
        listNetworks(signal),
      ])
      return {
        containers: listOf(containers, 'list of containers', containerOfList),
        networks: networksOf(listed),
        gatewayPriority: knowsGatewayPriority(apiVersion),
        newestTakesRoute: false,
        examined: UNEXAMINED,
        engineStartedAt: engineStartOf(listed),
      }
    },

    async lookAt(ids, signal, known): Promise<CloseLook> {
      await greet(signal)
      const gone: string[] = []
      const unseen: string[] = []
      const containers: CloseLook['containers'][number][] = []
      const see = (answer: unknown): unknown => containers.push(containerOfInspect(answer))
      // The containers first: one that is about to be started is locked for its whole start, some 250 ms, a moment later.
      // The networks are the proof that the engine answers: where they do not come either, this throws.
      const [, asked] = await Promise.all([
        inspectAll(
          ids,
          signal,
          see,
          id => gone.push(id),
          id => unseen.push(id),
        ),
        known === undefined ? networks(signal) : null,
      ])
      const enough = known !== undefined && unseen.length === 0 && areOn(containers, known)
      return { containers, gone, unseen, networks: asked ?? (enough ? known : await networks(signal)) }
    },

    async mentions(ids, words, signal) {
      await greet(signal)
      const found = new Map<string, Mentions>()
      const see = (answer: unknown, id: string): unknown =>
        found.set(id, mentionsIn(object(answer, 'container').Config, words))
      await inspectAll(ids, signal, see, () => undefined)
      return found
    },

    async connect(networkId, containerId, options: ConnectOptions, signal) {
      await greet(signal)
      try {
        await call('connect', signal, abortSignal => {
          const body = { Container: containerId, EndpointConfig: endpointJson(options), abortSignal }
          return docker().getNetwork(networkId).connect(body)
        })
      } catch (error) {
        throw signal.aborted ? error : stillWaiting(error)
      }
    },

    async disconnect(network, containerId, signal) {
      await greet(signal)
      await call('disconnect', signal, abortSignal =>
        docker()
          .getNetwork(encodeURIComponent(network))
          .disconnect({ Container: containerId, Force: true, abortSignal }),
      )
    },

    async restart(containerId, signal) {
      await greet(signal)
      await call('restart', signal, abortSignal => docker().getContainer(containerId).restart({ abortSignal }), {
        deadline: Math.max(timeout, RESTART_DEADLINE),
      })
    },

    async start(containerId, signal) {
      await greet(signal)
      await call('start', signal, abortSignal => docker().getContainer(containerId).start({ abortSignal }), {
        deadline: Math.max(timeout, RESTART_DEADLINE),
      })
    },

    async exec(containerId, argv, signal): Promise<ExecResult> {
      await greet(signal)
      return await call('exec', signal, abortSignal => runInside(containerId, argv, abortSignal))
    },

    async ping(signal) {
      const ping = docker().ping as (options: { abortSignal: AbortSignal }) => Promise<unknown>
      await call('GET /_ping', signal, abortSignal => ping.call(docker(), { abortSignal }), { again: true })
    },

    async events(now, onEvent, signal) {
      await greet(signal)
      // The engine answers 200 before it has subscribed us: a little overlap, and the look that follows, cover that.
      const since = Math.floor(now / 1000) - 2
      const opened = new AbortController()
      const end = (): void => opened.abort()
      signal.addEventListener('abort', end, { once: true })
      const stream = await call('GET /events', signal, async deadline => {
        deadline.addEventListener('abort', end, { once: true })
        const answer = await docker().getEvents({
          since,
          filters: JSON.stringify(EVENT_FILTERS),
          abortSignal: opened.signal,
        })
        // From here on no deadline: an event stream may be silent for days.
        deadline.removeEventListener('abort', end)
        return answer as Readable
      })
      const { ended } = readEvents(stream, onEvent, host)
      return { ended: ended.finally(() => signal.removeEventListener('abort', end)) }
    },
  }

  async function runInside(
    containerId: string,
    argv: readonly string[],
    abortSignal: AbortSignal,
  ): Promise<ExecResult> {
    const exec = await docker()
      .getContainer(containerId)
      .exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true, abortSignal })
    let output: string
    try {
      output = await outputOf(await exec.start({ Detach: false, Tty: false, abortSignal }))
    } catch (error) {
      if (isMissingProgram(error)) return { kind: 'missing' }
      throw error
    }
    const { ExitCode } = await exec.inspect({ abortSignal })
    const exitCode = ExitCode ?? -1
    return (exitCode === 126 || exitCode === 127) && isMissingProgram({ message: output })
      ? { kind: 'missing' }
      : { kind: 'exited', exitCode, output }
  }
}

function networksOf(answer: unknown): readonly Network[] {
  return listOf(answer, 'list of networks', networkOf)
}

/** Whether each is on these networks and no others. An entry has no id before the first start, and its name alone. */
function areOn(containers: readonly Container[], networks: readonly Network[]): boolean {
  const known = new Set(networks.flatMap(n => [n.id, n.name]))
  return containers.every(c => c.endpoints.every(e => known.has(e.networkId === '' ? e.network : e.networkId)))
}

async function outputOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    // A program that talks without end is read to its end, but not kept.
    if (size < LONGEST_OUTPUT) chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
  }
  return unframed(Buffer.concat(chunks))
}

function isMissingProgram(error: unknown): boolean {
  return /executable file not found|no such file or directory/.test(String((error as { message?: unknown }).message))
}

/** An engine that gives no answer to a connect is seldom slow itself: on a swarm's network it hangs while no manager is there. */
function stillWaiting(error: unknown): unknown {
  if (!(error instanceof NethealError) || error.code !== 'engine-timeout') return error
  const hint =
    'the engine may still do it: the container may be starting, or the network of a swarm waiting for a manager; netheal tries again. If it stays so: journalctl -u docker says what it waits for'
  return new NethealError(error.code, error.message, { hint, cause: error.cause })
}
