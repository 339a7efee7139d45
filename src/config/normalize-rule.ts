// Normalizes one rule.
import * as z from 'zod/mini'
import type { ReachTarget, Rule } from '../core/rule.ts'
import type { FileLabels } from './labels-schema.ts'
import { checked, milliseconds, selectorOf, splitTarget } from './plain.ts'
import { type FileRule, restartPolicy, rule } from './rule-schema.ts'

export function ruleOf(file: FileRule): Rule {
  const policy = typeof file.restart === 'string' ? z.parse(restartPolicy, { when: file.restart }) : file.restart
  const { containers, network } = file
  return {
    containers: (Array.isArray(containers) ? containers : [containers]).map(selectorOf),
    network: networkOf(network),
    resolve: file.resolve,
    aliases: file.aliases ?? null,
    ipv4: file.ipv4 ?? null,
    ipv6: file.ipv6?.toLowerCase() ?? null,
    gatewayPriority: file.gatewayPriority,
    restart: {
      when: policy.when,
      cooldown: milliseconds(policy.cooldown),
      maxPerHour: policy.maxPerHour,
      grace: milliseconds(policy.grace),
    },
    repair: file.repair,
    onLoop: file.onLoop,
    onDeploy: file.onDeploy,
    reach: file.reach.map(target),
    onUnreachable: file.onUnreachable,
    drift: file.drift,
    leave: file.leave,
  }
}

/** A rule for any container and no network, with every default. */
export function defaultRule(): Rule {
  return ruleOf(z.parse(rule, { containers: '*', network: 'none-yet' }))
}

/** The rule that stands for all labels, with the defaults of any other one. */
export function labelRuleOf({ networks, prefix }: FileLabels): Rule {
  return { ...defaultRule(), containers: [], network: { labels: { networks, prefix } } }
}

function networkOf(network: FileRule['network']): Rule['network'] {
  if (typeof network === 'string') return network
  if (network.of !== undefined) return { of: selectorOf(network.of) }
  return { ofEach: selectorOf(checked(network.ofEach ?? null)) }
}

function target(text: string): ReachTarget {
  const { host, port } = splitTarget(text)
  if (port === null) throw new Error('the schema let a target without a port through')
  return { host, port }
}
