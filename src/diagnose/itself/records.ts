// The records: the state, the heartbeat, and the places that netheal writes into.

import { span } from '../../core/entry.ts'
import { stampOf } from '../../core/stamp.ts'
import type { State } from '../../core/state.ts'
import type { ItsDirectory, Itself, ItsPlace } from '../itself-port.ts'
import type { Finding } from '../rules/finding.ts'

const DAY = 86_400_000
const MIB = 1024 * 1024
/** Less than that, and the next lines may not be written. */
const FULL = MIB
const LOW = 100 * MIB
const FEW_FILES = 100

export function recordFindings(own: Itself, state: State, now: number): readonly Finding[] {
  const wrong = [
    ...stateFindings(own),
    ...state.problems.map(p => ({ ...base('records-problem', 'wrong'), summary: `netheal says: ${p}` })),
    ...onOneDisk(own.places.flatMap(p => placeFindings(p, state).map(finding => ({ finding, place: p })))),
  ]
  const heartbeat = heartbeatFindings(own, now)
  const all = [...wrong, ...heartbeat]
  return all.some(f => f.verdict !== 'note') ? all : [...all, well(own)]
}

interface OfPlace {
  readonly finding: Finding
  readonly place: ItsPlace
}

/** Directories with the same trouble and the very same room are on one disk: its trouble is told once. */
function onOneDisk(found: readonly OfPlace[]): readonly Finding[] {
  const diskOf = ({ finding, place }: OfPlace): string => {
    const disk = place.found.kind === 'directory' ? `${place.found.free} ${place.found.files}` : place.directory
    return finding.code === 'directory-closed' ? `${finding.code} ${place.directory}` : `${finding.code} ${disk}`
  }
  return [...Map.groupBy(found, diskOf).values()].flatMap(([first, ...more]) => {
    if (first === undefined) return []
    const others = more.map(({ place }) => `the same for the ${place.what} directory ${place.directory}`)
    return [{ ...first.finding, evidence: [...first.finding.evidence, ...others] }]
  })
}

function stateFindings({ state }: Itself): readonly Finding[] {
  if (state.note === null) return []
  return state.closed
    ? [
        {
          ...base('state-unseen', 'unseen'),
          summary: `netheal's state cannot be read: ${state.note}`,
          remedy: ['run it as root: sudo netheal diagnose'],
        },
      ]
    : [
        {
          ...base('state-broken', 'wrong'),
          summary: `netheal's state cannot be used: ${state.note}`,
          remedy: ['nothing to do: the next pass sets the file aside and starts afresh; the history in it is lost'],
        },
      ]
}

function placeFindings({ what, directory, found }: ItsPlace, state: State): readonly Finding[] {
  const of = (code: string, verdict: Finding['verdict'], summary: string, remedy: string): Finding => ({
    ...base(code, verdict),
    subject: directory,
    summary,
    remedy: [remedy],
  })
  switch (found.kind) {
    case 'missing':
      // The lock's goes with each boot; a netheal that never ran has made none yet.
      if (what === 'lock' || state.lastPass === null) return []
      // Its first line is that of a pass that came to its end: one that never saw the engine has written none.
      if (what === 'log' && state.heartbeatDay === null && state.detaches.length === 0) return []
      return [
        of(
          'directory-missing',
          'wrong',
          `the ${what} directory ${directory} is gone`,
          'netheal creates it again if it may; under systemd, type sudo systemctl restart netheal',
        ),
      ]
    case 'unseen':
      return [
        of(
          'directory-unseen',
          'unseen',
          `the ${what} directory ${directory} cannot be checked: ${found.why}`,
          'run it as root: sudo netheal diagnose',
        ),
      ]
    case 'directory':
      return directoryFindings(what, directory, found, of)
  }
}

function directoryFindings(
  what: ItsPlace['what'],
  directory: string,
  { readOnly, writable, by, free, files }: Extract<ItsDirectory, { kind: 'directory' }>,
  of: (code: string, verdict: Finding['verdict'], summary: string, remedy: string) => Finding,
): readonly Finding[] {
  if (readOnly) {
    const remedy = `remount it writable, or set ${what}.directory to another directory; dmesg shows whether the disk failed`
    return [
      of('directory-read-only', 'wrong', `the ${what} directory ${directory} is on a read-only file system`, remedy),
    ]
  }
  if (!writable) {
    const remedy = `let the user that runs netheal write in it (ls -ld ${directory}), or set ${what}.directory to another`
    return [of('directory-closed', 'wrong', `the ${what} directory ${directory} cannot be written by ${by}`, remedy)]
  }
  const room = `df -h ${directory}, df -i ${directory}`
  if (free < FULL || (files !== null && files < 1)) {
    const full =
      free < FULL ? `only ${Math.round(free / 1024)} KiB are left` : 'no new file can be created (out of inodes)'
    return [
      of(
        'disk-full',
        'wrong',
        `the disk of the ${what} directory ${directory} is full: ${full}`,
        `free some space: ${room}`,
      ),
    ]
  }
  if (free < LOW || (files !== null && files < FEW_FILES)) {
    const left = free < LOW ? `${Math.round(free / MIB)} MiB` : `room for ${files} more files`
    return [of('disk-low', 'note', `the disk of the ${what} directory ${directory} is nearly full: ${left} left`, room)]
  }
  return []
}

/** The line of a day comes with the first pass after its time; one a day, or nobody healed that day. */
function heartbeatFindings({ heartbeat, healer }: Itself, now: number): readonly Finding[] {
  switch (heartbeat.kind) {
    case 'unreadable':
      return [
        {
          ...base('heartbeat-unseen', 'unseen'),
          subject: heartbeat.file,
          summary: `the heartbeat cannot be read: ${heartbeat.why}`,
          remedy: ['run it as root: sudo netheal diagnose'],
        },
      ]
    case 'none':
      // Without a pass there is none; and before the first day's time neither.
      return []
    case 'line': {
      const { file, at, well: isWell, text, due } = heartbeat
      const wait = healer.oldest ?? DAY
      const wanted = now >= due + wait ? due : due - DAY
      if (at < wanted - (wanted % DAY)) {
        return [
          {
            ...base('heartbeat-old', 'wrong'),
            subject: file,
            summary: `the last heartbeat is ${span(now - at)} old: no pass has finished since then`,
            evidence: [`${stampOf(at)} ${isWell ? 'OK' : 'DEGRADED'}: ${text}`],
            remedy: ['see the findings about netheal and its disk'],
          },
        ]
      }
      if (isWell) return []
      return [
        {
          ...base('heartbeat-degraded', 'note'),
          subject: file,
          summary: `the last heartbeat says DEGRADED: ${text}`,
          evidence: [`written at ${stampOf(at)}; what is wrong now is listed above`],
        },
      ]
    }
  }
}

function well({ heartbeat, places }: Itself): Finding {
  const kept = places.filter(({ what }) => what !== 'lock')
  if (kept.length > 0 && kept.every(({ found }) => found.kind === 'missing'))
    return {
      ...base('records-none', 'note'),
      summary: 'netheal has not written any records yet: its first pass creates the directories',
    }
  const free = places.flatMap(({ found }) => (found.kind === 'directory' ? [found.free] : []))
  const room = free.length === 0 ? '' : `, ${roomText(Math.min(...free))} free`
  const beat = heartbeat.kind === 'line' ? `; last heartbeat ${stampOf(heartbeat.at)}` : '; no heartbeat yet'
  return { ...base('records-well', 'well'), summary: `its records can be written${room}${beat}` }
}

/** As `df -h` says it: rounded up, with a digit after the point below ten. */
function roomText(bytes: number): string {
  const [size, unit] = bytes >= 1024 * MIB ? [bytes / 1024 / MIB, 'GiB'] : [bytes / MIB, 'MiB']
  return `${size < 10 ? (Math.ceil(size * 10) / 10).toFixed(1) : Math.ceil(size)} ${unit}`
}

function base(code: string, verdict: Finding['verdict']): Finding {
  return { topic: 'netheal', code, verdict, subject: null, summary: '', evidence: [], remedy: [] }
}
