// docs/diagnose.md answers every heading of the runbook, in one table: by a command, or by a step that stays by hand. The
// headings are written down here, in the runbook's order; the runbook itself is the operators'.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const HEADINGS = [
  'Golden Commands',
  'DB DNS / Degraded Mode',
  'New Behavior: Startup Retry + Background Self-Heal',
  'Single-Instance Pool Initialization',
  'Multiple Pools Created in Same PID',
  'Pool Churn Diagnostics - Python Helpers',
  'Singleflight Pool Creation - Race Condition Fix',
  'Multiple pool_id Within One Runtime',
  'External Stop-Start Causing Duplicate Startup',
  'Duplicate Startup Signatures',
  'CASE A: Container Replace',
  'CASE B: Host Automation Restart',
  'Decision Tree: Which Case?',
  'Search host for network connectivity automation',
  'Fix (of DB DNS / Degraded Mode)',
  'Prevention (of DB DNS / Degraded Mode)',
  'Auto-Heal Supabase Network Attachment',
  'The Auto-Heal Script',
  'Cron Schedule',
  'Log Files',
  'Verification Commands',
  'Setup Instructions',
  'Customization',
  'Troubleshooting: Script not running',
  'Troubleshooting: No log output',
  'Troubleshooting: Container keeps getting detached',
  'Security Note',
  'Optional: Cleanup Stale Sync Logs',
  'Schema Drift',
  'Fix and Prevention (of Schema Drift)',
  'Channel Manager Sync Logs Migration',
  'Guests Metrics Columns Migration',
  'Guests Booking Timeline Columns Migration',
  'Data Hygiene',
  'Legacy bookings.cancelled_by Strings',
  'DB Migrations (Production)',
  'Migration Runner Script',
  'Check Migration Status',
  'Preview Pending Migrations',
  'Apply Pending Migrations',
  'Environment Variables',
  'Production Safety Guards',
  'Migration Fails Mid-Execution',
  '"Database connection failed"',
  '"Migrations directory not found"',
  'Manual Migration Verification',
  'When to Run Migrations',
  'Migration Tracking Table Schema',
] as const

const rows = readFileSync(join(ROOT, 'docs/diagnose.md'), 'utf8')
  .split('\n')
  .map(line => line.split(/(?<!\\)\|/).map(cell => cell.trim()))
  .filter(cells => cells.length === 5 && !/^-+$/.test(cells[1] ?? ''))
const heads = rows.filter(([, first]) => first === "the runbook's heading")
const [, ...answers] = rows.slice(rows.indexOf(heads[0] ?? []))

/** The text of what diagnoses, where each code stands as it is. */
const source = readdirSync(join(ROOT, 'src/diagnose'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => readFileSync(join(ROOT, 'src/diagnose', name), 'utf8'))
  .join('\n')

describe("the runbook's headings", () => {
  test("the runbook's headings: one table has them", () => {
    expect(heads).toHaveLength(1)
    expect(answers.length).toBeGreaterThan(20)
  })

  test.for(HEADINGS)("the runbook's headings: %s", heading => {
    const own = answers.filter(([, first = '']) =>
      first.split('; ').some(h => h === heading || h.startsWith(`${heading};`)),
    )
    expect(own).toHaveLength(1)
    const [, , question = '', answer = ''] = own[0] ?? []
    expect(question).not.toBe('')
    // A command of netheal, findings of a topic, or a step that somebody does.
    expect(answer).toMatch(
      /`netheal [a-z]|^(networks|pools|restarts|automation|loops|readiness|database|netheal)\b|by hand|by reading/,
    )
  })

  test("the runbook's headings: each code that is named is one that diagnose gives", () => {
    const codes = answers.flatMap(([, , , answer = '']) =>
      [...answer.matchAll(/`([a-z]+(?:-[a-z]+)+|[a-z]+-\*)`/g)].map(([, code]) => code ?? ''),
    )
    expect(codes.length).toBeGreaterThan(60)
    const stands = (code: string): boolean => {
      const [start = '', ...rest] = code.split('*')
      return new RegExp(`['\`]${start}${rest.length > 0 ? '' : "['`]"}`).test(source)
    }
    expect(codes.filter(code => code !== 'pms-database' && !stands(code))).toEqual([])
  })
})
