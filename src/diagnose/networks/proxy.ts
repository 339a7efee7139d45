// Coolify's proxy and its applications: an application that asks to be served and shares no network with the proxy answers 502 or
// 504, with empty logs on both sides and all containers healthy.
import { isPreview, isProxy } from '../../core/identity.ts'
import { type Container, isUp, type World } from '../../core/world.ts'
import type { Context } from '../context.ts'
import type { ItsConfig } from '../itself-port.ts'
import type { Finding } from '../rules/finding.ts'

const MOST_NAMED = 8

/** Nothing of a network in common with other containers. */
const BUILT_IN = new Set(['host', 'none'])

/**
 * One finding at most: which applications the proxy cannot reach. None where there is no proxy, where it reaches all of them, or
 * where the question is about another container alone.
 */
export async function proxyFindings({ look, subjects, itself }: Context): Promise<readonly Finding[]> {
  if (look === null) return []
  const { world } = look
  const proxy = world.containers.find(c => isProxy(c) && isUp(c.status))
  if (proxy === undefined) return []
  const cut = world.containers.filter(c => isServed(c) && !sharesNetwork(c, proxy))
  const asked = new Set(subjects.map(s => s.details?.id))
  const isAsked = subjects.length > 1 || asked.has(proxy.id) || cut.some(c => asked.has(c.id))
  if (cut.length === 0 || !isAsked) return []
  const { config } = await itself()
  return [findingOf(proxy, cut, world, config)]
}

/** Coolify labels what it wants served for Traefik and for Caddy alike. */
function isServed({ status, labels, endpoints }: Container): boolean {
  if (status !== 'running' || endpoints.length === 0 || endpoints.some(e => BUILT_IN.has(e.network))) return false
  return labels['traefik.enable'] === 'true' || Object.keys(labels).some(label => /^caddy_\d+$/.test(label))
}

function sharesNetwork(app: Container, proxy: Container): boolean {
  const own = new Set(proxy.endpoints.filter(e => e.endpointId !== '').map(e => e.networkId))
  return app.endpoints.some(e => own.has(e.networkId))
}

function findingOf(proxy: Container, cut: readonly Container[], world: World, config: ItsConfig): Finding {
  const nameOf = (c: Container): string => {
    const resource = c.labels['coolify.resourceName'] ?? c.name
    return isPreview(c) ? `${resource} (preview ${c.labels['coolify.pullRequestId']})` : resource
  }
  const networks = [...new Set(cut.flatMap(c => c.endpoints.map(e => e.network)))].sort()
  const names = [...new Set(cut.map(nameOf))].sort()
  const rule = JSON.stringify({
    containers: [proxy.name],
    network: { ofEach: { label: { 'coolify.managed': 'true' } } },
  })
  const isServing = world.containers.filter(isServed).length
  return {
    topic: 'networks',
    code: 'proxy-off-network',
    verdict: 'wrong',
    subject: proxy.name,
    summary: `${proxy.name} shares no network with ${listed(names)}, so ${cut.length === 1 ? 'it answers' : 'they answer'} 502 or 504`,
    evidence: [
      `${cut.length} of the ${isServing} containers that ask to be served are on no network of the proxy`,
      ...cut.slice(0, MOST_NAMED).map(c => `${c.name} is on ${c.endpoints.map(e => e.network).join(', ')}`),
      `${proxy.name} is on ${proxy.endpoints.map(e => e.network).join(', ') || 'no network'}`,
    ],
    remedy: [
      ...networks.slice(0, MOST_NAMED).map(n => `docker network connect ${n} ${proxy.name}`),
      config.kind === 'none'
        ? `sudo netheal init --write writes a config with a rule that keeps it there: ${rule}`
        : `to keep it there, add this rule to "attachments" in ${config.file}, then sudo systemctl reload netheal: ${rule}`,
      'Traefik reads addresses anew only when a container starts, ends or changes its health, not at a connect: where an application was connected anew since, docker restart it, or the proxy',
    ],
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
