// A diagnosis in words: what is wrong first, the cause before its effects, each with what was seen and what to do; then what
// could not be seen; and one line a topic for what is well, so that a healthy host fits on one screen.

import type { Diagnosis } from '../../diagnose/diagnose.ts'
import type { Ranked } from '../../diagnose/rules/causes.ts'
import { type Finding, TOPICS, type Verdict } from '../../diagnose/rules/finding.ts'
import type { Terminal } from '../process-io.ts'
import { column, painter, safe, type Tone } from '../style.ts'

const WORDS: Readonly<Record<Verdict, { readonly word: string; readonly tone: Tone }>> = {
  wrong: { word: 'WRONG', tone: 'bad' },
  unseen: { word: 'UNSEEN', tone: 'warn' },
  note: { word: 'NOTE', tone: 'quiet' },
  well: { word: 'OK', tone: 'good' },
}

/** Lines of evidence that are printed; all of them are in the JSON. */
const SHOWN_EVIDENCE = 8
/** Findings of one kind that are printed in full where there are many. */
const IN_FULL = 2
const WORD = 8
const TOPIC = 12

export function renderDiagnosis(diagnosis: Diagnosis, terminal: Terminal): string {
  const paint = painter(terminal)
  const { findings } = diagnosis
  const lines: string[] = [paint(diagnosis.wrong ? 'bad' : 'strong', safe(headline(findings))), '']
  const numbers = numbered(findings)
  const loud = findings.filter(({ finding }) => finding.verdict === 'wrong' || finding.verdict === 'unseen')
  const told = new Map<string, Ranked[]>()
  const often = Map.groupBy(loud, kindOf)
  for (const item of loud) {
    const alike = told.get(kindOf(item)) ?? []
    told.set(kindOf(item), [...alike, item])
    const first = alike[0]
    if (first !== undefined && alike.length >= IN_FULL && (often.get(kindOf(item))?.length ?? 0) > IN_FULL + 1) {
      // One line each, without gaps: what to do about it stands above.
      if (lines.at(-1) === '') lines.pop()
      lines.push(short(item, first, numbers, paint), '')
    } else lines.push(...block(item, numbers, findings, paint), '')
  }
  for (const verdict of ['note', 'well'] as const)
    for (const line of gathered(findings, verdict, paint)) lines.push(line)
  return `${lines.join('\n').trimEnd()}\n`
}

/** The summary in one sentence: how many things are wrong, and which of them is the cause. */
function headline(findings: readonly Ranked[]): string {
  const of = (verdict: Verdict): number => findings.filter(({ finding }) => finding.verdict === verdict).length
  const unseen = of('unseen')
  const blind = unseen === 0 ? '' : `${unseen === 1 ? 'one thing' : `${unseen} things`} could not be checked`
  const wrong = findings.filter(({ finding }) => finding.verdict === 'wrong')
  const [first] = wrong
  const idle = idleText(findings)
  if (first === undefined) {
    return `${idle === null ? 'Nothing is wrong' : `${idle}; nothing else is wrong`}${blind === '' ? '' : ` as far as could be checked; ${blind}`}.`
  }
  const roots = wrong.filter(({ depth }) => depth === 0).length
  const count = wrong.length === 1 ? 'One thing is wrong' : `${wrong.length} things are wrong`
  const cause =
    wrong.length === 1
      ? first.finding.summary
      : roots === 1
        ? `all from one cause: ${first.finding.summary}`
        : `the first cause: ${first.finding.summary}`
  return `${count}${wrong.length === 1 ? ':' : ','} ${cause}${idle === null ? '' : `; ${idle}`}${blind === '' ? '' : `; ${blind}`}.`
}

/** Stopped and missing containers: no fault by themselves, but nobody should have to search for them. Null: all are running. */
function idleText(findings: readonly Ranked[]): string | null {
  const of = (code: string): readonly string[] => [
    ...new Set(findings.flatMap(({ finding }) => (finding.code === code ? (finding.subject ?? []) : []))),
  ]
  const [stopped, missing] = [of('container-stopped'), of('container-missing')]
  const told = [
    ...(findings.some(({ finding }) => finding.code === 'nobody-asked') ? ['No container was checked'] : []),
    ...(stopped.length === 0 ? [] : [`${few(stopped)} ${stopped.length === 1 ? 'is' : 'are'} not running`]),
    ...(missing.length === 0 ? [] : [`${few(missing)} ${missing.length === 1 ? 'does' : 'do'} not exist`]),
  ]
  return told.length === 0 ? null : told.join(', ')
}

function few(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more containers`
}

type Paint = ReturnType<typeof painter>

/** A number of two digits is as wide as the column: what follows it is a word of its own all the same. */
function headWord(number: number | undefined, word: string): string {
  const text = number === undefined ? word : `${number} ${word}`
  return text.length < WORD ? column(text, WORD) : `${text} `
}

/** Each thing that is wrong gets a number, by which its effects refer to it. */
function numbered(findings: readonly Ranked[]): ReadonlyMap<Finding, number> {
  const wrong = findings.filter(({ finding }) => finding.verdict === 'wrong')
  return new Map(wrong.map(({ finding }, index) => [finding, index + 1]))
}

/** Findings of one kind differ in the name of the container only. */
function kindOf({ finding: { topic, code, verdict } }: Ranked): string {
  return `${verdict} ${topic} ${code}`
}

function short({ finding, depth }: Ranked, first: Ranked, numbers: ReadonlyMap<Finding, number>, paint: Paint): string {
  const { word, tone } = WORDS[finding.verdict]
  const number = numbers.get(finding)
  const head = `${'  '.repeat(depth)}${paint(tone, headWord(number, word))}${column(finding.topic, TOPIC)}`
  const as = numbers.get(first.finding)
  return `${head}${safe(finding.summary)} (${as === undefined ? 'as above' : `as ${as}`})`
}

function block(
  { finding, causes, depth }: Ranked,
  numbers: ReadonlyMap<Finding, number>,
  findings: readonly Ranked[],
  paint: Paint,
): readonly string[] {
  const { word, tone } = WORDS[finding.verdict]
  const indent = '  '.repeat(depth)
  const number = numbers.get(finding)
  const head = `${indent}${paint(tone, headWord(number, word))}${column(finding.topic, TOPIC)}`
  const under = `${indent}${' '.repeat(WORD)}`
  const because = causes.flatMap(at => {
    const cause = findings[at]?.finding
    if (cause === undefined) return []
    const name = numbers.get(cause)
    return [name === undefined ? cause.summary : String(name)]
  })
  const more = finding.evidence.length - SHOWN_EVIDENCE
  return [
    `${head}${safe(finding.summary)}`,
    ...(because.length === 0 ? [] : [`${under}because of ${safe(because.join(', '))}`]),
    ...finding.evidence.slice(0, SHOWN_EVIDENCE).map(line => `${under}${paint('quiet', `seen  ${safe(line)}`)}`),
    ...(more > 0 ? [`${under}${paint('quiet', `      and ${more} more lines: see --json`)}`] : []),
    ...finding.remedy.map(step => `${under}do    ${safe(step)}`),
  ]
}

/** Of a kind that many containers share, the first ones. */
function notesOf(some: readonly Ranked[]): readonly string[] {
  return [...Map.groupBy(some, kindOf).values()].flatMap(alike => {
    const summaries = alike.map(({ finding }) => finding.summary)
    if (alike.length <= IN_FULL + 1) return summaries
    return [...summaries.slice(0, IN_FULL), `the same for ${alike.length - IN_FULL} more: see --json`]
  })
}

/** One line per topic. */
function gathered(findings: readonly Ranked[], verdict: 'note' | 'well', paint: Paint): readonly string[] {
  const { word, tone } = WORDS[verdict]
  return TOPICS.flatMap(topic => {
    const some = findings.filter(({ finding }) => finding.topic === topic && finding.verdict === verdict)
    if (some.length === 0) return []
    const summaries = some.map(({ finding }) => finding.summary)
    if (verdict === 'note')
      return notesOf(some).map(s => `${paint(tone, column(word, WORD))}${column(topic, TOPIC)}${safe(s)}`)
    const shown = summaries.slice(0, 3).join('; ')
    const more = summaries.length > 3 ? `; and ${summaries.length - 3} more` : ''
    return [`${paint(tone, column(word, WORD))}${column(topic, TOPIC)}${safe(shown)}${more}`]
  })
}
