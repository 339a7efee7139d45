// Do the names resolve inside the container? And where one does not although the container is attached: who on that network
// goes by which names, and why this one is not among them.

import { NethealError } from '../../core/errors.ts'
import { composeOf } from '../../core/identity.ts'
import type { Resolution } from '../../core/outcome.ts'
import type { Container, Endpoint, Network, World } from '../../core/world.ts'
import type { Context, Subject } from '../context.ts'
import type { Finding } from '../rules/finding.ts'
import { placesOf } from './attachment-state.ts'

/** More members than this are not asked for their names. */
const MOST_MEMBERS = 64

export async function namesInside(
  subject: Subject,
  container: Container,
  network: Network,
  resolutions: readonly Resolution[],
  world: World,
  context: Pick<Context, 'engine'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const resolution of resolutions) {
    const { name, result, detail } = resolution
    const about = { topic: 'networks', subject: subject.label } as const
    if (result === 'resolved') {
      const summary = `${name} resolves inside ${subject.label}`
      findings.push({ ...about, code: 'dns-resolves', verdict: 'well', summary, evidence: [detail], remedy: [] })
    } else if (result === 'unproven' || result === 'interrupted') {
      findings.push(unproven(subject, container, resolution))
    } else {
      const members = await membersOf(container, network, world, context, signal)
      const why = explained(name, network, members, world)
      findings.push({
        ...about,
        code: 'dns-missing',
        verdict: 'wrong',
        summary: `${name} does not resolve inside ${subject.label}, although it is on ${network.name}`,
        evidence: [...why.evidence, ...namesText(network, members), placesOf(subject, container), detail],
        remedy: why.remedy,
      })
    }
  }
  return findings
}

function unproven({ label }: Subject, container: Container, { name, detail, denied }: Resolution): Finding {
  return {
    topic: 'networks',
    code: 'dns-unproven',
    verdict: 'unseen',
    subject: label,
    summary: denied
      ? `whether ${name} resolves inside ${label} is unknown: the proxy in front of the engine denies exec`
      : `it is not known whether ${name} resolves inside ${label}: ${detail}`,
    evidence: [detail],
    remedy: denied
      ? [
          'allow POST /containers/{id}/exec and /exec/{id}/start on the proxy, or run netheal diagnose on the engine itself',
        ]
      : [`to look from its network: docker run --rm --network container:${container.name} busybox nslookup ${name}`],
  }
}

/** A member of the network, as it is called there. Aliases are null where nobody asked. */
interface Member {
  readonly container: Container
  readonly entry: Endpoint
}

/** With their aliases, which only an inspect tells. An engine that does not answer leaves what the list told. */
async function membersOf(
  container: Container,
  network: Network,
  world: World,
  { engine }: Pick<Context, 'engine'>,
  signal: AbortSignal,
): Promise<readonly Member[]> {
  const among = (containers: readonly Container[]): readonly Member[] =>
    containers.flatMap(c => {
      const entry = c.endpoints.find(e => e.networkId === network.id || e.network === network.name)
      return entry === undefined || c.id === container.id ? [] : [{ container: c, entry }]
    })
  const listed = among(world.containers)
  if (listed.length === 0 || listed.length > MOST_MEMBERS) return listed
  try {
    const ids = listed.map(m => m.container.id)
    return among((await engine.lookAt(ids, signal)).containers)
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return listed
  }
}

function answersTo({ container, entry }: Member, name: string): boolean {
  return container.name === name || (entry.aliases ?? []).includes(name)
}

function namesText(network: Network, members: readonly Member[]): readonly string[] {
  if (members.length === 0) return [`nobody else is on ${network.name}`]
  const lines = members.slice(0, 10).map(({ container, entry }) => {
    const names = [container.name, ...(entry.aliases ?? [])].filter((n, i, all) => all.indexOf(n) === i)
    return `on ${network.name}: ${names.join(', ')}${container.status === 'running' ? '' : ` (${container.status})`}`
  })
  return members.length > 10 ? [...lines, `and ${members.length - 10} more`] : lines
}

/** Why, as far as it can be told, and what to do about it. */
function explained(
  name: string,
  network: Network,
  members: readonly Member[],
  world: World,
): Pick<Finding, 'evidence' | 'remedy'> {
  const named = members.filter(m => answersTo(m, name))
  const [up] = named.filter(m => m.entry.endpointId !== '')
  if (up !== undefined) {
    return {
      evidence: [
        `${up.container.name} has the name ${name} on ${network.name} and is running, so the network knows the name`,
      ],
      remedy: [
        "check the container's resolver: its /etc/resolv.conf must say nameserver 127.0.0.11",
        'docker network disconnect and then connect, for this container alone, rewrites that file without a restart; a dns setting or an /etc/hosts entry may be in the way',
      ],
    }
  }
  const [down] = named
  const relative = members.find(m => isCalled(m.container, name))
  const stopped = down ?? (relative !== undefined && relative.entry.endpointId === '' ? relative : undefined)
  if (stopped !== undefined) {
    const { container } = stopped
    return {
      evidence: [`${container.name} has the name ${name}, but is ${container.status}`],
      remedy: [`start it: docker start ${container.name} (in Coolify: the service > Start)`],
    }
  }
  if (relative !== undefined) {
    const { container } = relative
    return {
      evidence: [`${container.name} is on ${network.name}, but without the alias ${name}`],
      remedy: [
        'in Coolify: the service > Restart, which recreates it with its names',
        `or by hand, which interrupts its connections for a moment: docker network disconnect ${network.name} ${container.name}, then docker network connect --alias ${name} ${network.name} ${container.name}`,
      ],
    }
  }
  const elsewhere = world.containers.filter(c => isCalled(c, name))
  const [other] = elsewhere
  if (other !== undefined) {
    const places = other.endpoints.map(e => e.network).join(', ')
    return {
      evidence: [`${other.name} is ${other.status}, and on ${places || 'no network'}, not on ${network.name}`],
      remedy: [
        `the rule names a wrong or an old network: "network": {"of": "${other.name}"} follows the container wherever it is`,
        `or ${other.name} itself lost ${network.name}: docker network connect --alias ${name} ${network.name} ${other.name}`,
      ],
    }
  }
  return {
    evidence: [`no container on this engine has the name ${name}`],
    remedy: [
      'check the name, and whether the stack is running (in Coolify: the Supabase service; docker ps -a)',
      `the evidence lists the names on ${network.name}: the rule's "resolve" and the app's settings must use one of them`,
    ],
  }
}

/** By the names that a stack gives its members: `supabase-db`, `supabase-db-<uuid>`. */
function isCalled(container: Container, name: string): boolean {
  return composeOf(container)?.service === name || container.name === name || container.name.startsWith(`${name}-`)
}
