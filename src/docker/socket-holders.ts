// Which running containers hold the engine's socket, by their mounts; of the environment only what sets a schedule is told.
import { isGone, NethealError } from '../core/errors.ts'
import type { SocketHolder } from '../diagnose/rules/socket-holder.ts'
import type { Client } from './client.ts'
import { object, optionalObject, optionalText } from './json.ts'

/** The socket itself, or a folder that it lies in. */
const SOCKET = /(^|\/)(docker|podman)\.sock$|^\/(var\/run|run|var|run\/podman)?\/?$/
/** Their values are times, never secrets. */
const SCHEDULE =
  /^(WATCHTOWER_(SCHEDULE|POLL_INTERVAL)|AUTOHEAL_INTERVAL|(CRON_?)?SCHEDULE|CRON|(POLL_|CHECK_)?INTERVAL)=([\w\s*,/@.-]{1,60})$/
const OPTION = /^--?(interval|schedule|i|s)(?:=(.*))?$/
const MOST = 50

/** By name. Throws the NethealErrors of heal/ports `Engine`. */
export async function socketHolders(
  { greet, call, docker }: Client,
  signal: AbortSignal,
): Promise<readonly SocketHolder[]> {
  await greet(signal)
  const list = await call('GET /containers/json', signal, abortSignal => docker().listContainers({ abortSignal }), {
    again: true,
  })
  const holding = list.map(c => object(c, 'container')).filter(c => mountsOf(c).some(m => SOCKET.test(m)))
  const found: SocketHolder[] = []
  for (const container of holding.slice(0, MOST)) {
    const id = optionalText(container.Id)
    try {
      const inspect = (abortSignal: AbortSignal) =>
        docker().getContainer(encodeURIComponent(id)).inspect({ abortSignal })
      const json = object(await call(`inspect ${id.slice(0, 12)}`, signal, inspect, { again: true }), 'container')
      const config = optionalObject(json.Config)
      const name = optionalText(json.Name).replace(/^\//, '')
      found.push({ name, image: optionalText(config.Image), schedule: scheduleOf(config) })
    } catch (error) {
      // Gone since: it holds nothing any more.
      if (!(error instanceof NethealError) || !isGone(error.code)) throw error
    }
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function mountsOf(container: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(container.Mounts) ? container.Mounts.map(m => optionalText(optionalObject(m).Source)) : []
}

function scheduleOf({ Env, Cmd }: Readonly<Record<string, unknown>>): readonly string[] {
  const words = textsOf(Cmd)
  const options = words.flatMap((word, i) => {
    const [, name, value] = OPTION.exec(word) ?? []
    const said = value ?? words[i + 1] ?? ''
    return name === undefined || said === '' ? [] : [`--${name} ${said.slice(0, 60)}`]
  })
  return [...textsOf(Env).filter(text => SCHEDULE.test(text)), ...options]
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(v => typeof v === 'string') : []
}
