// Why a database did not answer, by what psql says of it, and what that means.

import { excerpt, excerptLines, shellWord } from '../excerpt.ts'
import type { Finding, Verdict } from '../rules/finding.ts'
import { lateFinding, unaskedFinding } from './exec.ts'
import type { Answer, Desk } from './psql.ts'
import { session } from './remedy.ts'

interface Meaning {
  readonly fits: RegExp
  readonly code: string
  readonly verdict: Verdict
  /** After the container's name. */
  readonly what: (desk: Desk) => string
  readonly remedy: (desk: Desk) => readonly string[]
}

const logs = ({ container }: Desk): string => `docker logs --tail 100 ${shellWord(container.name)}`
const inConfig = 'set the user and the database in diagnose.probes in the config'

/** By the server's own words at a connection (they carry no code there), and by its codes at a statement. First fit wins. */
const MEANINGS: readonly Meaning[] = [
  {
    fits: /database system is (starting up|not (yet )?accepting connections|in recovery mode)/,
    ...{ code: 'database-starting', verdict: 'wrong' },
    what: () => 'is starting up, recovering from a crash or following another server, and takes no connections yet',
    remedy: desk => ['wait, then try again: a recovery may take minutes', logs(desk)],
  },
  {
    fits: /database system is shutting down/,
    ...{ code: 'database-stopping', verdict: 'wrong' },
    what: () => 'is shutting down',
    remedy: desk => [logs(desk)],
  },
  {
    fits: /too many clients already|remaining connection slots are reserved|too many connections for/,
    ...{ code: 'database-full', verdict: 'wrong' },
    what: () => 'has no connections left',
    remedy: () => [
      'to see who holds them: SELECT application_name, client_addr, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;',
      'pools that are created again and again leak connections: see "pools" in this diagnosis',
    ],
  },
  {
    fits: /FATAL: +database ".*" does not exist/,
    ...{ code: 'database-missing', verdict: 'wrong' },
    what: ({ probe }) => `has no database ${excerpt(probe.database, 80)}`,
    remedy: desk => [
      `docker exec ${shellWord(desk.container.name)} psql -U ${shellWord(desk.probe.user)} -l`,
      inConfig,
    ],
  },
  {
    fits: /authentication failed|no password supplied|pg_hba\.conf|FATAL: +role ".*" (does not exist|is not permitted)|SASL/,
    ...{ code: 'database-auth', verdict: 'unseen' },
    what: ({ probe }) => `does not let ${excerpt(probe.user, 80)} in`,
    remedy: desk => [`by hand: ${session(desk.probe, desk.container)}`, inConfig],
  },
  {
    fits: /No such file or directory|Connection refused|server closed the connection|timeout expired/,
    ...{ code: 'database-down', verdict: 'wrong' },
    what: () => 'is running, but PostgreSQL does not answer in it',
    remedy: desk => [logs(desk)],
  },
  {
    fits: /\b57014: /,
    ...{ code: 'database-timeout', verdict: 'unseen' },
    what: () => 'took too long to answer a query and cancelled it: it is busy, or the table is locked',
    remedy: () => [
      "to see what it is doing: SELECT pid, state, wait_event_type, query_start, left(query, 80) FROM pg_stat_activity WHERE state <> 'idle' ORDER BY query_start;",
    ],
  },
  {
    fits: /\b42501: /,
    ...{ code: 'database-denied', verdict: 'unseen' },
    what: ({ probe }) => `does not let ${excerpt(probe.user, 80)} read everything the probe asks for`,
    remedy: () => [inConfig],
  },
]

export type Unanswered = Exclude<Answer, { kind: 'told' }>

/** @param question what was asked, in a few words: `its schema` */
export function failureFinding(desk: Desk, question: string, failure: Unanswered): Finding {
  const { probe, container } = desk
  const name = container.name
  const about = { topic: 'database', subject: probe.name } as const
  switch (failure.kind) {
    case 'unasked':
      return unaskedFinding(probe, failure.error)
    case 'late':
      return lateFinding(probe, failure)
    case 'missing':
      return {
        ...{ ...about, code: 'database-no-psql', verdict: 'unseen', evidence: [] },
        summary: `${name} could not be queried for ${question}: its image has no psql`,
        remedy: ["name the database's own container in diagnose.probes in the config"],
      }
    case 'failed': {
      const meaning = MEANINGS.find(({ fits }) => fits.test(failure.output))
      const evidence = [
        ...excerptLines(failure.output.replace(/^LOCATION: .*$/gm, '')),
        `psql exited with ${failure.exitCode}`,
      ]
      if (meaning === undefined) {
        return {
          ...{ ...about, code: 'database-unanswered', verdict: 'unseen', evidence },
          summary: `${name} did not answer the query for ${question}`,
          remedy: [`by hand: ${session(probe, container)}`],
        }
      }
      return {
        ...{ ...about, code: meaning.code, verdict: meaning.verdict, evidence },
        summary: `${name} ${meaning.what(desk)}${meaning.verdict === 'unseen' ? `: ${question} could not be checked` : ''}`,
        remedy: meaning.remedy(desk),
      }
    }
  }
}
