// What an answer of a readiness URL means. Pure: from what came to a finding.

import { excerpt, excerptLines, shellWord } from '../excerpt.ts'
import type { HttpAnswer } from '../http-port.ts'
import type { Finding } from '../rules/finding.ts'
import { type Asked, type Said, seconds, shownUrl } from './asked.ts'
import { type Component, componentsOf } from './component.ts'
import { failed } from './failure.ts'

type Answered = Extract<HttpAnswer, { kind: 'answered' }>
export function readinessFinding(asked: Asked): Finding {
  const { answer } = asked
  const said = answer.kind === 'failed' ? failed(answer, asked) : answered(answer, asked)
  return { topic: 'readiness', subject: shownUrl(asked.url), ...said }
}

function answered(answer: Answered, asked: Asked): Said {
  const { status } = answer
  if (status >= 300 && status < 400) return redirected(answer, asked)
  const json = jsonOf(answer)
  if (json === undefined) return notJson(answer, asked)
  const components = componentsOf(json.value)
  const db = components?.get('db')
  if (status === 503) return notReady(answer, components, asked)
  if (status !== 200) return otherStatus(answer, asked)
  const evidence = [`HTTP 200`, ...componentLines(components)]
  const url = shownUrl(asked.url)
  if (db === undefined) {
    return {
      ...{ code: 'ready-db-unsaid', verdict: 'note', evidence: ['HTTP 200', excerpt(answer.body)], remedy: [] },
      summary: `${url} answers 200, but does not report its database: there is no .components.db`,
    }
  }
  if (db.state === 'up') {
    return {
      code: 'ready',
      verdict: 'well',
      summary: `${url} answers 200, and its database is up`,
      evidence,
      remedy: [],
    }
  }
  return {
    ...{ code: 'ready-db-down', verdict: 'wrong', evidence, remedy: remedyFor(asked) },
    summary: `${url} answers 200, but says that its database is ${db.state}: ${excerpt(db.said, 120)}`,
  }
}

function notReady(answer: Answered, components: ReadonlyMap<string, Component> | null, asked: Asked): Said {
  const url = shownUrl(asked.url)
  const db = components?.get('db')
  const reason =
    db === undefined
      ? 'and does not report its database'
      : db.state === 'up'
        ? 'though its database is up'
        : `its database is ${db.state}: ${excerpt(db.said, 120)}`
  const lines = componentLines(components)
  const evidence = [
    'HTTP 503',
    ...(lines.length > 0 ? lines : [excerpt(answer.body)]),
    ...lifeLines(asked),
    ...(asked.young === null ? [] : [`${asked.young.label} was started ${seconds(asked.young.age)} ago`]),
  ]
  if (asked.young !== null) {
    return {
      ...{ code: 'not-ready-yet', verdict: 'wrong', evidence },
      summary: `${url} answers 503, ${reason}; ${asked.young.label} was started ${seconds(asked.young.age)} ago`,
      remedy: [
        'wait up to 60 s before investigating: after a start the app retries its database for that long (DB_STARTUP_MAX_WAIT_SECONDS)',
        checkAgain(asked.url),
      ],
    }
  }
  return {
    ...{ code: 'not-ready', verdict: 'wrong', evidence, remedy: remedyFor(asked) },
    summary: `${url} answers 503: ${reason}`,
  }
}

/** An answer that is no JSON: of a proxy in front of the app, or of something else. */
function notJson(answer: Answered, asked: Asked): Said {
  const { status, server } = answer
  const url = shownUrl(asked.url)
  const evidence = [
    `HTTP ${status}${server === null ? '' : `, server: ${excerpt(server, 60)}`}`,
    ...(answer.body.trim() === '' ? ['an empty body'] : pageLines(answer)),
  ]
  const ofProxy = [502, 503, 504].includes(status) || (status === 404 && /^404 page not found\s*$/.test(answer.body))
  if (ofProxy) {
    return {
      ...{ code: 'not-ready-proxy', verdict: 'wrong', evidence: [...evidence, ...lifeLines(asked)] },
      summary: `${url} answers ${status}, and not in the app's own words: the proxy in front of it has no backend`,
      remedy: [
        "check that the app is running, healthy and on the proxy's network: docker ps -a --filter name=pms-backend",
        'in Coolify: Servers > your server > Proxy > Logs say why the proxy leaves it out',
      ],
    }
  }
  if (status !== 200) return otherStatus(answer, asked)
  return {
    ...{ code: 'readiness-not-json', verdict: 'unseen', evidence },
    summary: answer.cut
      ? `${url} answers 200 with more than 64 KiB, which is not a readiness answer`
      : `${url} answers 200, but not with JSON, which is not a readiness answer`,
    remedy: ["check diagnose.readiness in the config: it must be the app's readiness URL, not a web page"],
  }
}

function otherStatus(answer: Answered, asked: Asked): Said {
  const { status } = answer
  const broken = status >= 500
  return {
    code: 'readiness-status',
    verdict: broken ? 'wrong' : 'unseen',
    summary: `${shownUrl(asked.url)} answers ${status}, where 200 or 503 is expected`,
    evidence: [`HTTP ${status}`, ...pageLines(answer), ...lifeLines(asked)],
    remedy: broken
      ? [
          "the app's log shows why: docker logs --since 10m $(docker ps -aq -n 1 -f name=pms-backend)",
          checkAgain(asked.url),
        ]
      : ["check diagnose.readiness in the config: it must be the app's readiness URL, and open to this host"],
  }
}

function redirected(answer: Answered, asked: Asked): Said {
  const to = answer.location === null ? 'nowhere' : excerpt(answer.location, 200)
  return {
    ...{ code: 'readiness-redirect', verdict: 'unseen', evidence: [`HTTP ${answer.status}`, `location: ${to}`] },
    summary: `${shownUrl(asked.url)} redirects, which netheal does not follow: ${to}`,
    remedy: ['if that is the right URL, put it into diagnose.readiness in the config'],
  }
}

function remedyFor(asked: Asked): readonly string[] {
  return [
    'first fix its networks, pools and database, as this diagnosis says',
    'the app reconnects by itself every 30 s (DB_BACKGROUND_RECONNECT_INTERVAL_SECONDS): no restart is needed',
    checkAgain(asked.url),
  ]
}

/** The runbook's golden command. */
function checkAgain(url: string): string {
  return `check again: curl -s ${shellWord(shownUrl(url))} | jq '.components.db'`
}

/** The database first, then the others that are not up. */
function componentLines(components: ReadonlyMap<string, Component> | null): readonly string[] {
  if (components === null) return []
  const others = [...components].filter(([name, { state }]) => name !== 'db' && state !== 'up')
  const db = components.get('db')
  return [
    ...(db === undefined ? [] : [`.components.db: ${excerpt(db.said)}`]),
    ...others.slice(0, 10).map(([name, { said }]) => `.components.${excerpt(name, 40)}: ${excerpt(said)}`),
  ]
}

function lifeLines({ lives }: Asked): readonly string[] {
  if (lives === null) return []
  const path = new URL(lives.url).pathname
  const { answer } = lives
  if (answer.kind === 'failed') return [`${path} could not be queried: ${excerpt(answer.message)}`]
  const meaning =
    answer.status === 200 ? 'the app is alive, but not ready' : answer.status === 503 ? 'the app does not answer' : ''
  return [`${path} answers ${answer.status}${meaning === '' ? '' : `: ${meaning}`}`]
}

/** The title of a page, else its first lines. */
function pageLines({ body }: Answered): readonly string[] {
  const title = /<title[^>]{0,100}>([^<]{1,200})</i.exec(body)?.[1]
  return title === undefined ? excerptLines(body, 2) : [`page: ${excerpt(title)}`]
}

function jsonOf({ body, cut }: Answered): { readonly value: unknown } | undefined {
  if (cut) return undefined
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { value } : undefined
  } catch {
    return undefined
  }
}
