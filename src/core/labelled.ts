// Rules that travel with a container: its labels say where it must be attached (docs/design.md, "Labels"). Whoever may create
// containers writes them, so nothing of them is believed: they ask for networks that the config allows, for their own
// container, and for nothing else.
import { globMatcher } from './glob.ts'
import type { LabelledNetworks, ReachTarget, Rule } from './rule.ts'
import type { NetworkAnswer } from './selector.ts'
import type { Container, World } from './world.ts'

/** The rule that stands for all labels: its defaults are those of a rule in the file. */
export type LabelRule = Rule & { readonly network: LabelledNetworks }

/** A label asks for what it may not have, or in words that nobody understands. */
export interface Refused {
  readonly kind: 'refused'
  readonly name: string
  readonly hint: string
}

/** One thing that a container's labels ask for; what is wrong with them is one as well, and each is a finding of its own. */
export interface LabelWish {
  readonly rule: Rule
  readonly network: NetworkAnswer | Refused
  /** The network's part of the attachment's key. */
  readonly text: string
  /** `netheal.pause=true`: nothing is done. */
  readonly isPaused: boolean
}

export function isLabelRule(rule: Rule): rule is LabelRule {
  return typeof rule.network !== 'string' && 'labels' in rule.network
}

/** More names in one label are not read: nobody belongs on so many networks by name, and each is a line of the log. */
const MOST_NAMES = 20
const LONGEST_VALUE = 2_000
const KEYS = ['network', 'aliases', 'resolve', 'reach', 'restart', 'pause'] as const
const RESTARTS = ['never', 'after-attach', 'if-unresolved'] as const

/** True for a label of ours: one word after the prefix. Others may have names that begin alike. */
function isOurLabel(label: string, prefix: string): boolean {
  return label.startsWith(`${prefix}.`) && !label.slice(prefix.length + 1).includes('.')
}

/** True for a container that has a label of ours. */
export function isLabelled({ labels }: Pick<Container, 'labels'>, { network }: LabelRule): boolean {
  return Object.keys(labels).some(label => isOurLabel(label, network.labels.prefix))
}

/** What the labels of this container ask for, and what is wrong with them. */
export function labelWishes(base: LabelRule, container: Pick<Container, 'labels'>, world: World): readonly LabelWish[] {
  const { networks: allowed, prefix } = base.network.labels
  const own = Object.entries(container.labels).filter(([key]) => isOurLabel(key, prefix))
  const faults: LabelWish[] = []
  const fault = (key: string, hint: string): void => {
    const name = `what its label ${prefix}.${short(key)} asks for`
    faults.push({ rule: base, network: { kind: 'refused', name, hint }, text: `label ${short(key)}`, isPaused: false })
  }
  const values = new Map<string, string>()
  for (const [label, value] of own) {
    const key = label.slice(prefix.length + 1)
    if (!KEYS.some(k => k === key)) fault(key, `there is no such label: ${KEYS.map(k => `${prefix}.${k}`).join(', ')}`)
    else if (value.length > LONGEST_VALUE) fault(key, `it has more than ${LONGEST_VALUE} characters`)
    else values.set(key, value)
  }
  const list = (key: string, isGood: (one: string) => boolean, what: string): readonly string[] => {
    const all = (values.get(key) ?? '').split(',').map(one => one.trim())
    const given = all.filter(one => one !== '')
    if (values.has(key) && given.length === 0) fault(key, `it is empty: write ${what}, several with commas between`)
    const bad = given.filter(one => !isGood(one))
    if (bad.length > 0) fault(key, `${bad.slice(0, 5).map(short).join(', ')}: expected ${what}`)
    else if (given.length > MOST_NAMES) fault(key, `it has more than ${MOST_NAMES} entries`)
    return bad.length > 0 ? [] : given.slice(0, MOST_NAMES)
  }
  const aliases = list('aliases', isHostName, 'host names')
  const resolve = list('resolve', isHostName, 'host names')
  const reach = list('reach', one => targetOf(one) !== null, 'hosts with ports, supabase-db:5432')
  const restart = values.get('restart')?.trim()
  const when = RESTARTS.find(r => r === restart)
  if (restart !== undefined && when === undefined) fault('restart', `write one of ${RESTARTS.join(', ')}`)
  else if (when === 'if-unresolved' && resolve.length === 0) fault('restart', `if-unresolved needs ${prefix}.resolve`)
  const pause = values.get('pause')?.trim()
  if (pause !== undefined && pause !== 'true' && pause !== 'false') fault('pause', 'write true or false')
  const isMeant = allowed.map(globMatcher)
  const names = list('network', () => true, 'the name of a network')
  const denied = names.filter(name => !isMeant.some(matches => matches(name)))
  if (denied.length > 0)
    fault(
      'network',
      `labels may not ask for ${denied.map(short).join(', ')}: "labels.networks" allows ${allowed.join(', ')}`,
    )
  if (own.length > 0 && !values.has('network') && !faults.some(f => f.text === 'label network'))
    fault('network', `the container has other labels of netheal's, but not this one`)
  const rule: Omit<Rule, 'network'> = {
    ...base,
    aliases: values.has('aliases') && aliases.length > 0 ? aliases : base.aliases,
    resolve,
    reach: reach.flatMap(one => targetOf(one) ?? []),
    restart: { ...base.restart, when: when === 'if-unresolved' && resolve.length === 0 ? 'never' : (when ?? 'never') },
  }
  const wishes = [...new Set(names)]
    .filter(name => !denied.includes(name))
    .map(name => ({
      rule: { ...rule, network: name },
      network: named(name, world),
      text: name,
      isPaused: pause === 'true',
    }))
  return [...wishes, ...faults]
}

/** By its name alone: an id would be a way around the names that are allowed. */
function named(name: string, world: World): NetworkAnswer {
  const hits = world.networks.filter(n => n.name === name)
  const [network] = hits
  if (network === undefined) return { kind: 'missing', name, hint: 'docker network ls lists the networks' }
  if (hits.length === 1) return { kind: 'found', network }
  return {
    kind: 'ambiguous',
    name,
    hint: `${hits.length} networks have this name: docker network rm ID removes the other`,
  }
}

function isHostName(value: string): boolean {
  return value.length <= 253 && /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/.test(value) && !value.includes('..')
}

function targetOf(text: string): ReachTarget | null {
  const [host = '', port = '', ...rest] = text.split(':')
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0
  return rest.length === 0 && isHostName(host) && number >= 1 && number <= 65_535 ? { host, port: number } : null
}

/** Others wrote it. */
function short(text: string): string {
  return text.length > 64 ? `${text.slice(0, 61)}...` : text
}
