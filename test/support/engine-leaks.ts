/**
 * What tests left behind on an engine. The global setup takes one look before the first test and one after the last:
 * what is new by then is a leak, named, and fails the run.
 */
import type Docker from 'dockerode'

/** Everything on an engine that a test could have made: id -> what to call it in a report. */
export type EngineContents = ReadonlyMap<string, string>

/** All containers, running or not, and all networks. */
export async function contentsOf(docker: Docker): Promise<EngineContents> {
  const [containers, networks] = await Promise.all([docker.listContainers({ all: true }), docker.listNetworks()])
  return new Map([
    ...containers.map(it => [it.Id, `container ${it.Names.join(' ').replaceAll('/', '')} (${it.State})`] as const),
    // Predefined ones have names for ids here: some engines re-create bridge, host and none at a restart.
    ...networks.map(it => [predefined.has(it.Name) ? it.Name : it.Id, `network ${it.Name}`] as const),
  ])
}

const predefined = new Set(['bridge', 'host', 'none', 'ingress', 'docker_gwbridge'])

/** What is there now and was not there before, as words; predefined networks never count. */
export function leaksBetween(before: EngineContents, after: EngineContents): string[] {
  return [...after].filter(([id]) => !before.has(id) && !predefined.has(id)).map(([, name]) => name)
}
