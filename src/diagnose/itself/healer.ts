// The config and the healer: is there a config, does somebody heal by it, when was the last pass, is it paused.

import { span } from '../../core/entry.ts'
import { stampOf } from '../../core/stamp.ts'
import type { State } from '../../core/state.ts'
import type { Itself, ItsUnit } from '../itself-port.ts'
import type { Finding } from '../rules/finding.ts'
import { starterFindings, starterText } from './starters.ts'

/** A one-shot holds the lock for a pass; the longest has a deadline for each of its calls. */
const LONGEST_ONCE = 600_000
/** A pass may come to its end while this diagnosis runs. */
const LEEWAY = 5_000
const SUDO = 'run it as root: sudo netheal diagnose'

export function healerFindings(own: Itself, state: State, now: number): readonly Finding[] {
  return [
    ...configFindings(own),
    ...starterFindings(own),
    ...lifeFindings(own, state, now),
    ...lockFindings(own, now),
    ...pauseFindings(own),
  ]
}

function configFindings({ config, healer }: Itself): readonly Finding[] {
  switch (config.kind) {
    case 'valid':
    case 'none':
    case 'closed':
      return []
    case 'bad': {
      const [first = '', ...more] = config.error.message.split('\n').filter(l => l.trim() !== '')
      return [
        {
          ...base('config-bad', 'wrong'),
          subject: config.file,
          summary: `${badConfig(healer)}: ${first}`,
          evidence: more,
          remedy: [...(config.error.hint === null ? [] : [config.error.hint]), 'netheal config shows all of them'],
        },
      ]
    }
  }
}

function badConfig({ alive, mode, pid }: Itself['healer']): string {
  return alive && mode === 'daemon'
    ? `the config has mistakes: the daemon (pid ${pid}) heals on with the one that it read before, and cannot start again`
    : 'the config has mistakes, so netheal does not start'
}

function lifeFindings(own: Itself, state: State, now: number): readonly Finding[] {
  const { healer, state: file, units } = own
  const pass = lastPass(state, now)
  if (healer.alive) {
    const who = whoHeals(own)
    if (healer.lastPassOk !== false)
      return [
        {
          ...base('healer-well', 'well'),
          summary: `${who}, ${pass}`,
          evidence: [...configLine(own), ...scheduleLine(own)],
        },
      ]
    return [
      {
        ...base('pass-failed', 'wrong'),
        summary: `${who}, but its last pass failed: ${state.lastPass?.error ?? 'no reason was written down'}`,
        evidence: [pass],
        remedy: [
          healer.mode === 'daemon'
            ? 'it tries again at the next event and on its schedule; for more: sudo journalctl -u netheal'
            : 'its next run tries again; to try now: sudo netheal once',
        ],
      },
    ]
  }
  if (healer.mode === 'daemon') {
    return [
      {
        ...base('healer-hangs', 'wrong'),
        summary: `netheal hangs: process ${healer.pid} exists, but finishes no pass (${pass})`,
        evidence: tooOld(own),
        remedy: ['sudo systemctl restart netheal', 'its log shows what it was doing: sudo journalctl -u netheal'],
      },
    ]
  }
  // Nobody may look: that says nothing about the healer.
  if (file.closed) {
    return [
      {
        ...base('healer-unseen', 'unseen'),
        summary: `it is not known whether netheal heals: ${file.note}`,
        remedy: [SUDO],
      },
    ]
  }
  const never = state.lastPass === null
  return [
    {
      ...base(never ? 'healer-never-ran' : 'healer-dead', 'wrong'),
      summary: never
        ? 'netheal has never run on this host, so nothing is healed'
        : `netheal is not running on this host (${pass}), so nothing is healed`,
      evidence: [...tooOld(own), ...units.map(starterText)],
      remedy: startIt(units),
    },
  ]
}

/** A one-shot that was run by hand looks like one of cron, but for the job that is not there. */
function whoHeals({ healer, units }: Itself): string {
  if (healer.mode === 'daemon') return `netheal is running (pid ${healer.pid})`
  const isScheduled = units.some(u => u.enabled && u.name !== 'netheal.service')
  return isScheduled ? 'netheal runs from cron' : 'netheal once heals here, run by cron or by hand'
}

function configLine({ config }: Itself): readonly string[] {
  return config.kind === 'valid' ? [`config: ${config.file}`] : []
}

/** When systemd last started a one-shot. */
function scheduleLine({ healer, units }: Itself): readonly string[] {
  return healer.mode === 'daemon' ? [] : units.filter(u => u.lastRun !== null).map(starterText)
}

function tooOld({ healer }: Itself): readonly string[] {
  return healer.oldest === null ? [] : [`a last pass older than ${span(healer.oldest)} is too old`]
}

function startIt(units: readonly ItsUnit[]): readonly string[] {
  const cron = units.find(u => u.name === 'cron')
  if (cron !== undefined) return [`${cron.file} should run it: systemctl status cron || systemctl status crond`]
  const timer = units.find(u => u.name === 'netheal-once.timer')
  if (timer?.enabled)
    return [`${timer.file} should run it: systemctl list-timers netheal-once.timer; sudo journalctl -u netheal-once`]
  const service = units.find(u => u.name === 'netheal.service')
  if (service === undefined && timer !== undefined)
    return ['sudo systemctl enable --now netheal-once.timer (it is installed, but not enabled)']
  if (service === undefined) return ['run netheal once from cron, or netheal run as a service: the README shows both']
  return service.enabled
    ? ['systemctl status netheal shows why it ended; sudo systemctl restart netheal starts it']
    : ['sudo systemctl enable --now netheal (the unit is installed, but not enabled)']
}

function lastPass({ lastPass: last }: State, now: number): string {
  if (last === null) return 'no pass yet'
  const isAhead = last.at > now + LEEWAY
  return `last pass ${isAhead ? `at ${stampOf(last.at)}, by its clock` : `${span(Math.max(0, now - last.at))} ago`}`
}

function lockFindings({ lock }: Itself, now: number): readonly Finding[] {
  if (lock.kind === 'unknown') {
    const summary = `it is not known who holds the lock: ${lock.why}`
    return [{ ...base('lock-unseen', 'unseen'), summary, remedy: [SUDO] }]
  }
  if (lock.kind === 'held' && lock.mode === 'once' && now - lock.since > LONGEST_ONCE) {
    return [
      {
        ...base('lock-stuck', 'wrong'),
        summary: `a netheal once (pid ${lock.pid}) has held the lock for ${span(now - lock.since)}, so nothing else can heal`,
        remedy: [`ps -o pid,etime,args -p ${lock.pid} shows it; sudo kill ${lock.pid} ends it`],
      },
    ]
  }
  return []
}

function pauseFindings({ pause }: Itself): readonly Finding[] {
  const { until, reason, note } = pause
  const ignored = note === null ? [] : [pauseUnread(note)]
  if (until === null) return ignored
  return [
    {
      ...base('paused', 'note'),
      summary: `healing is paused until ${stampOf(until)}${reason === null ? '' : ` (${reason})`}, so lost networks stay lost`,
      remedy: ['sudo netheal resume ends it'],
    },
    ...ignored,
  ]
}

function pauseUnread({ text, closed }: { readonly text: string; readonly closed: boolean }): Finding {
  return closed
    ? {
        ...base('pause-unseen', 'unseen'),
        summary: `it is not known whether healing is paused: ${text}`,
        remedy: [SUDO],
      }
    : { ...base('pause-ignored', 'note'), summary: text }
}

function base(code: string, verdict: Finding['verdict']): Finding {
  return { topic: 'netheal', code, verdict, subject: null, summary: '', evidence: [], remedy: [] }
}
