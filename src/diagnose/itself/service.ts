// What keeps the service from its work before it has said a word: a config, a socket or a group that its user does not have.
import type { Closed, Itself, ItsService } from '../itself-port.ts'
import type { Finding } from '../rules/finding.ts'

const RESTART = 'sudo systemctl restart netheal'

export function serviceFindings({ service, healer }: Itself): readonly Finding[] {
  if (service === null) return []
  const heals = healer.alive && healer.mode === 'daemon' && healer.lastPassOk !== false
  return [...groupFinding(service, heals), ...configFinding(service), ...(heals ? [] : socketFinding(service))]
}

function groupFinding({ missingGroups: [group] }: ItsService, heals: boolean): readonly Finding[] {
  if (group === undefined || heals) return []
  return [
    finding(
      'service-group',
      `netheal.service cannot start: there is no group ${group} on this host, which its unit asks for`,
      ['systemctl status netheal says: status=216/GROUP'],
      [
        `if Docker is not installed yet, install it: that makes the group; else: sudo groupadd -f ${group} && ${RESTART}`,
        `or, where another group owns the socket: sudo systemctl edit netheal, and under [Service]: SupplementaryGroups= and then SupplementaryGroups=GROUP`,
      ],
    ),
  ]
}

function configFinding({ user, config }: ItsService): readonly Finding[] {
  if (config === null) return []
  const { path } = config
  return [
    finding(
      'config-closed',
      `netheal.service runs as ${user}, who may not read the config: ${path} is for others`,
      [ownerText(config)],
      [`sudo chgrp ${user} ${path} && sudo chmod g+rX ${path} && ${RESTART}`],
    ),
  ]
}

function socketFinding({ user, socket }: ItsService): readonly Finding[] {
  if (socket === null) return []
  const { path, group, isGroups } = socket
  const remedy =
    isGroups && group !== 'root'
      ? `sudo systemctl edit netheal, and under [Service]: SupplementaryGroups= and then SupplementaryGroups=${group}; then: ${RESTART}`
      : `sudo groupadd -f docker && sudo systemctl restart docker gives the socket to the group docker; then: ${RESTART}`
  return [
    finding(
      'socket-closed',
      `netheal.service runs as ${user}, who may not use the engine's socket ${path}`,
      [ownerText(socket)],
      [remedy],
    ),
  ]
}

function ownerText({ path, owner, group, mode }: Closed): string {
  return `${path}: owner ${owner}, group ${group}, mode ${mode}`
}

function finding(code: string, summary: string, evidence: readonly string[], remedy: readonly string[]): Finding {
  return { topic: 'netheal', code, verdict: 'wrong', subject: null, summary, evidence, remedy }
}
