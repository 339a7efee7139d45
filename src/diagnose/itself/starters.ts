// What should start netheal and does not: a line of cron that cron passes over, a command that is not there, a timer that is
// off. The runbook's "Script not running", for netheal's own forms.

import { assertNever } from '../../core/errors.ts'
import type { Itself, ItsUnit, UnitFault } from '../itself-port.ts'
import type { Finding } from '../rules/finding.ts'
import { word } from '../rules/shell-word.ts'

/** One for each that is broken. Beside a daemon that heals it is worth knowing, and no more. */
export function starterFindings({ units, healer }: Itself): readonly Finding[] {
  const isHealed = healer.alive && healer.mode === 'daemon'
  return units.flatMap(unit => {
    if (unit.faults.length === 0) return []
    const said = unit.faults.map(f => faultText(f, unit))
    const [first] = said
    const finding: Finding = {
      topic: 'netheal',
      code: 'start-broken',
      verdict: isHealed ? 'note' : 'wrong',
      subject: unit.file,
      summary: `${unit.file} does not start netheal: ${first?.why ?? ''}`,
      evidence: said.slice(1).map(s => s.why),
      remedy: [...new Set(said.flatMap(s => s.remedy))],
    }
    return [finding]
  })
}

/** `/etc/cron.d/netheal: starts it`, `... netheal-once.timer: enabled, last ran Sun 2026-11-29 13:12:00 UTC`. */
export function starterText({ name, file, enabled, lastRun }: ItsUnit): string {
  const when = name === 'cron' ? 'starts it' : enabled ? 'starts at boot' : 'not enabled'
  return `${file}: ${when}${lastRun === null ? '' : `, last ran ${lastRun}`}`
}

interface Said {
  readonly why: string
  readonly remedy: readonly string[]
}

function faultText(fault: UnitFault, { name, file }: ItsUnit): Said {
  const path = word(file)
  switch (fault.kind) {
    case 'owner':
      return said(
        `cron passes over it, for it belongs to uid ${fault.uid} and not to root`,
        `sudo chown root:root ${path}`,
      )
    case 'mode':
      return said(`cron passes over it, for its mode is ${fault.mode}`, `sudo chmod 644 ${path}`)
    case 'name':
      return said("Debian's cron passes over names with a dot in them", `sudo mv ${path} /etc/cron.d/netheal`)
    case 'line-end':
      return said('cron passes over it, for its last line has no line end', `echo | sudo tee -a ${path} >/dev/null`)
    case 'no-line':
      return said(
        'it has no line that runs netheal',
        `sudo install -m 0644 /usr/share/doc/netheal/examples/netheal.cron ${path}`,
      )
    case 'no-user':
      return said(
        `there is no user ${fault.user}, as whom it should run`,
        `sudo useradd --system --groups docker ${word(fault.user)}`,
        `or name another user in ${file}`,
      )
    case 'no-command': {
      const where = fault.path === null ? '' : ` in its PATH (${fault.path})`
      const which =
        fault.path === null
          ? `name the program as it is: command -v netheal`
          : `write its whole path in ${file}: command -v netheal`
      return said(`there is no ${fault.command}${where}`, which)
    }
    case 'not-executable':
      return said(`${fault.command} is not executable`, `sudo chmod 755 ${word(fault.command)}`)
    case 'no-cron':
      return said('no cron runs on this host', 'sudo systemctl enable --now cron || sudo systemctl enable --now crond')
    case 'masked':
      return said('it is masked', `sudo systemctl unmask ${name}`, `sudo systemctl enable --now ${name}`)
    case 'inactive':
      return said(`it is enabled, and ${fault.state}`, `sudo systemctl restart ${name}`)
    case 'not-run':
      return said(
        `systemd did not run ${fault.unit} to its end (${fault.result})`,
        `sudo journalctl -u ${fault.unit} -n 20 shows why`,
        `sudo systemctl reset-failed ${fault.unit}`,
        `sudo systemctl restart ${fault.unit}`,
      )
    default:
      return assertNever(fault)
  }
}

function said(why: string, ...remedy: readonly string[]): Said {
  return { why, remedy }
}
