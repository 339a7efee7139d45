// Which calls of the API belong together, for somebody who allows them one by one in a socket proxy (docs/allow-list).
// A message about a denied call names its line there.

export interface Allowance {
  /** The line's name in docs/allow-list. */
  readonly line: string
  readonly calls: readonly string[]
  /** What to do instead of allowing it; null: netheal cannot do without. */
  readonly without: string | null
}

const ID = '{id}'

/** By the words with which engine.ts and inspector.ts name their calls. */
const ALLOWANCES: Readonly<Record<string, Allowance>> = {
  'GET /version': { line: 'look', calls: ['GET /version'], without: null },
  'GET /_ping': { line: 'look', calls: ['GET /_ping'], without: null },
  'GET /containers/json': { line: 'look', calls: ['GET /containers/json'], without: null },
  'GET /networks': { line: 'look', calls: ['GET /networks'], without: null },
  inspect: { line: 'look', calls: [`GET /containers/${ID}/json`], without: null },
  members: {
    line: 'examine',
    calls: [`GET /networks/${ID}`],
    without: 'without it netheal believes what the entry of a container says',
  },
  stats: {
    line: 'examine',
    calls: [`GET /containers/${ID}/stats`],
    without: 'without it netheal does not notice an interface that is gone, unless it sees the networks of this host',
  },
  'GET /events': {
    line: 'events',
    calls: ['GET /events'],
    without: 'set "watch": {"events": false}, and losses are found on schedule',
  },
  'past events': {
    line: 'events',
    calls: ['GET /events'],
    without: 'without it netheal diagnose knows no past events, and netheal once tells an outage within bounds',
  },
  log: {
    line: 'diagnose',
    calls: [`GET /containers/${ID}/logs`],
    without: 'without it netheal diagnose cannot read logs',
  },
  connect: { line: 'connect', calls: [`POST /networks/${ID}/connect`], without: null },
  disconnect: {
    line: 'repair',
    calls: [`POST /networks/${ID}/disconnect`],
    without: 'set "repair": false in the rule, and entries proven dead are only reported; leave out "leave"',
  },
  exec: {
    line: 'resolve',
    calls: [`POST /containers/${ID}/exec`, `POST /exec/${ID}/start`, `GET /exec/${ID}/json`],
    without: 'remove "resolve" from the rule, and probes that run inside containers from diagnose.probes',
  },
  restart: {
    line: 'restart',
    calls: [`POST /containers/${ID}/restart`],
    without: 'set "restart": "never" in the rule',
  },
  start: { line: 'restart', calls: [`POST /containers/${ID}/start`], without: 'set "restart": "never" in the rule' },
}

/** @param what a call's name as engine.ts has it, `inspect 0123456789ab` and `log 0123456789ab` too */
export function allowanceOf(what: string): Allowance | null {
  const name = /^(inspect|log) /.exec(what)?.[1] ?? what
  return Object.hasOwn(ALLOWANCES, name) ? (ALLOWANCES[name] ?? null) : null
}

/** Every call that netheal can make, with the line that allows it. */
export function allAllowances(): readonly Allowance[] {
  return Object.values(ALLOWANCES)
}
