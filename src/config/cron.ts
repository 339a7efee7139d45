// A cheap check of cron expressions: loading node-cron takes longer than a whole healthy one-shot. It accepts less than
// node-cron (no `L`, `W`, `#`, no ranges that wrap), and nothing that node-cron would refuse.
interface Field {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly names: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const SECOND: Field = { name: 'second', from: 0, to: 59, names: [] }
const DAY: Field = { name: 'day of the month', from: 1, to: 31, names: [] }
const MONTH: Field = { name: 'month', from: 1, to: 12, names: MONTHS }
const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59, names: [] },
  { name: 'hour', from: 0, to: 23, names: [] },
  DAY,
  MONTH,
  { name: 'day of the week', from: 0, to: 7, names: WEEKDAYS },
]

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** What is wrong with the expression, as a sentence; null when it is valid. */
export function cronFault(text: string): string | null {
  const macro = MACROS[text.trim().toLowerCase()]
  if (macro !== undefined) return `Write "${macro}".`
  const parts = text.trim().split(/ +/)
  if (parts.length !== 5 && parts.length !== 6) {
    return `It has ${parts.length} field${parts.length === 1 ? '' : 's'}; a cron expression has five: minute, hour, day, month, weekday. For example: "*/2 * * * *".`
  }
  const fields = parts.length === 6 ? [SECOND, ...FIELDS] : FIELDS
  for (const [i, field] of fields.entries()) {
    const fault = (parts[i] ?? '')
      .split(',')
      .map(item => itemFault(item, field))
      .find(found => found !== null)
    if (fault !== undefined) return fault
  }
  return dateFault(parts.at(-3) ?? '*', parts.at(-2) ?? '*')
}

function itemFault(item: string, field: Field): string | null {
  const [, first, last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? []
  if (first === undefined) return `The ${field.name} has ${JSON.stringify(item)}: write a number, "*", "*/2" or "1-5".`
  if (step !== undefined && first !== '*' && last === undefined)
    return `The ${field.name} has "${item}": a step needs a range, as in "*/2" or "0-30/2".`
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.to))
    return `The ${field.name} has "${item}": the step must be from 1 to ${field.to}.`
  if (first === '*')
    return last === undefined ? null : `The ${field.name} has "${item}": write "*", or a range of two numbers.`
  const ends = last === undefined ? [first] : [first, last]
  for (const end of ends) {
    const value = numberOf(end, field)
    if (value === null || value < field.from || value > field.to) {
      return `The ${field.name} has "${end}": it must be from ${field.from} to ${field.to}${field.names.length === 0 ? '' : `, or ${field.names[0]} to ${field.names.at(-1)}`}.`
    }
  }
  const backwards = last !== undefined && (numberOf(first, field) ?? 0) > (numberOf(last, field) ?? 0)
  return backwards ? `The ${field.name} has "${item}": the range is backwards.` : null
}

function numberOf(text: string, field: Field): number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text)
  const index = field.names.indexOf(text.toLowerCase())
  return index === -1 ? null : index + (field === MONTH ? 1 : 0)
}

/** A day that none of the months has: the schedule would never run. */
function dateFault(days: string, months: string): string | null {
  if (days.includes('*') || months.includes('*')) return null
  const earliest = Math.min(...days.split(',').map(item => range(item, DAY)[0]))
  const longest = Math.max(...months.split(',').map(longestMonth))
  return earliest > longest ? `There is no day ${earliest} in the given months: this would never run.` : null
}

/** Months as node-cron counts them: `9-12/2` is 9 and 11. */
function longestMonth(item: string): number {
  const [first, last] = range(item, MONTH)
  const step = Number(item.split('/')[1] ?? 1)
  const months = LONGEST_MONTH.slice(first - 1, last).filter((_, i) => i % step === 0)
  return Math.max(...months)
}

function range(item: string, field: Field): readonly [number, number] {
  const [first = '', last = first] = (item.split('/')[0] ?? '').split('-')
  return [numberOf(first, field) ?? field.from, numberOf(last, field) ?? field.to]
}
