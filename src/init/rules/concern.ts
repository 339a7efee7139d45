// Which lines of this host's own automation concern a proposal: what would fight with netheal, and what to look at.
import type { Automation, AutomationFinding } from '../../diagnose/rules/automation.ts'

export interface Concerning {
  /** All lines of what connects or disconnects the network or the containers by itself: netheal's own work, done twice. */
  readonly fights: readonly AutomationFinding[]
  /** Stops and starts the containers, or touches names that its text does not tell. */
  readonly perhaps: readonly AutomationFinding[]
}

export const NO_CONCERN: Concerning = { fights: [], perhaps: [] }

/** @param networks names and ids */
export function concerning(
  { findings }: Automation,
  containers: ReadonlySet<string>,
  networks: ReadonlySet<string>,
): Concerning {
  const isNamed = (f: AutomationFinding): boolean =>
    f.containers.some(c => containers.has(c)) || f.networks.some(n => networks.has(n))
  const connects = (f: AutomationFinding): boolean => f.kind === 'connect' || f.kind === 'disconnect'
  const fighters = new Set(findings.filter(f => connects(f) && isNamed(f)).map(f => JSON.stringify(f.via)))
  const fights = findings.filter(f => fighters.has(JSON.stringify(f.via)) && (isNamed(f) || f.unresolved.length > 0))
  const isOpen = (f: AutomationFinding): boolean => f.unresolved.length > 0 || /^(compose-|engine-)/.test(f.kind)
  // A start is no restart of one that runs.
  const others = findings.filter(f => !fights.includes(f) && f.kind !== 'start')
  return { fights, perhaps: others.filter(f => isNamed(f) || isOpen(f)) }
}
