// How to say what this host does by itself: what runs a line, what the line does, and what to type so that it stops.
// Words only: nothing is done.

import { assertNever } from '../../core/errors.ts'
import { type AutomationFinding, type DockerVerb, EVERY_USER, type Trigger } from './automation.ts'
import { word } from './shell-word.ts'

/**
 * Commands in their order, each of which can be taken back: nothing is deleted. Where only an editor will do, the line to take
 * out stands behind it.
 */
export function removalOf(trigger: Trigger): readonly string[] {
  switch (trigger.kind) {
    case 'cron':
      if (trigger.owner !== null)
        return [`sudo crontab -u ${word(trigger.owner)} -e    # put a # before line ${trigger.line}`]
      if (trigger.alone && trigger.file !== '/etc/crontab') return [kept(trigger.file)]
      // A comment, so that the other lines keep their numbers, and so that it can be taken back.
      return [`sudo sed -i '${trigger.line}s/^/# /' ${word(trigger.file)}`]
    case 'cron-folder':
      return [kept(trigger.file)]
    case 'at':
      return [trigger.job === null ? kept(trigger.file) : `sudo atrm ${trigger.job}`]
    case 'timer':
    case 'service': {
      const { unit, user } = trigger
      if (user === null) return [`sudo systemctl disable --now ${word(unit)}`]
      if (user === EVERY_USER) return [`sudo systemctl --global disable ${word(unit)}`]
      return [`sudo systemctl --user -M ${word(user)}@ disable --now ${word(unit)}`]
    }
    case 'drop-in':
      return [kept(trigger.file), 'sudo systemctl daemon-reload']
    default:
      return assertNever(trigger)
  }
}

/** What runs it, for the end of a line: `/etc/cron.d/pms_ensure_supabase_net:4`, `pms-ensure.timer`. */
export function triggerText(trigger: Trigger): string {
  switch (trigger.kind) {
    case 'cron':
      return trigger.owner === null
        ? `${trigger.file}:${trigger.line}`
        : `the crontab of ${trigger.owner}, line ${trigger.line}`
    case 'cron-folder':
      return trigger.file
    case 'at':
      return `${trigger.file} (at)`
    case 'timer':
    case 'service':
      if (trigger.user === null) return trigger.unit
      return trigger.user === EVERY_USER
        ? `${trigger.unit} of every user`
        : `${trigger.unit} of the user ${trigger.user}`
    case 'drop-in':
      return `${trigger.unit} (through ${trigger.file})`
    default:
      return assertNever(trigger)
  }
}

/** `FILE:12 connects pms-backend, network bccg... (SCHEDULE, run by /etc/cron.d/x:4)` */
export function findingText(finding: AutomationFinding): string {
  const { file, line, kind, containers, networks, schedule, via } = finding
  const what = [...containers, ...networks.map(n => `network ${n}`)].join(', ')
  const place = `${file}:${line}`
  const by = triggerText(via)
  const run = [schedule, by === place ? null : `run by ${by}`].filter(t => t !== null).join(', ')
  return `${place} ${VERBS[kind]}${what === '' ? '' : ` ${what}`}${run === '' ? '' : ` (${run})`}`
}

/** For the third person: `cron connects pms-backend`. */
export const VERBS: Readonly<Record<DockerVerb, string>> = {
  connect: 'connects',
  disconnect: 'disconnects',
  restart: 'restarts',
  stop: 'stops',
  start: 'starts',
  kill: 'kills',
  remove: 'removes',
  'compose-up': 'runs docker compose up',
  'compose-restart': 'runs docker compose restart',
  'compose-down': 'runs docker compose down',
  'network-remove': 'removes networks',
  prune: 'prunes what is not in use',
  'engine-restart': 'restarts the whole Docker engine',
  'engine-call': "writes to the engine's socket",
}

/** Out of the way, and to be brought back by the same command the other way round. */
function kept(file: string): string {
  return `sudo mv ${word(file)} /root/`
}
