// Several containers answer to one name on a network, so half of the connections go astray: which of them may keep it, and how
// the others lose it.

import { composeOf } from './identity.ts'
import type { Fault } from './judgement.ts'
import { entryOn, inItsStack, isAtHome, isNamesake, listed } from './namesake.ts'
import type { Container, Network } from './world.ts'

type Why = Pick<Fault, 'evidence' | 'remedy' | 'hint'>

/** Of so many each is offered as the right one. */
const MOST_OFFERED = 4

/** Replicas of one compose service share its name on purpose. */
export function areReplicas(containers: readonly Container[]): boolean {
  const services = containers.map(c => composeOf(c))
  const [first] = services
  return (
    first !== null &&
    first !== undefined &&
    services.every(s => s?.project === first.project && s.service === first.service)
  )
}

/** @param answering those that answer to the name, two at least */
export function whyShared(name: string, network: Network, answering: readonly Container[]): Why {
  const owner = only(answering, c => isAtHome(c, network)) ?? only(answering, c => isNamesake(c, name))
  const evidence = answering.map(c => `${inItsStack(c)} answers to ${name} on ${network.name}`)
  if (owner !== null) {
    const reason = isAtHome(owner, network) ? 'is at home there' : 'has it as its own'
    const step = withoutName(name, network, answering, owner)
    return {
      evidence: [...evidence, `${owner.name} ${reason}`],
      remedy: [step],
      hint: `${owner.name} ${reason}: ${step}`,
    }
  }
  const remedy = answering.slice(0, MOST_OFFERED).map(right => {
    return `if ${inItsStack(right)} is the right one: ${withoutName(name, network, answering, right)}`
  })
  const names = listed(answering.map(inItsStack), 'or')
  return {
    evidence,
    remedy,
    hint: `only one of them may: decide whether that is ${names}; netheal diagnose says how the others lose the name`,
  }
}

/** The one of them that is so; null: none, or several. */
function only(containers: readonly Container[], is: (container: Container) => boolean): Container | null {
  const found = containers.filter(is)
  return found.length === 1 ? (found[0] ?? null) : null
}

/** Whose own name it is must leave the network; any other one may stay there, without the alias. */
function withoutName(name: string, network: Network, answering: readonly Container[], right: Container): string {
  const commands = answering
    .filter(c => c !== right)
    .flatMap(other => {
      const off = `docker network disconnect ${network.name} ${other.name}`
      if (other.name === name) return [off]
      const left = (entryOn(other, network)?.aliases ?? []).filter(a => a !== name)
      const aliases = left.map(alias => `--alias ${alias} `).join('')
      return [off, `docker network connect ${aliases}${network.name} ${other.name}`]
    })
  return commands.join(', then ')
}
