// What is said whatever the topics answer: an engine that is not there, a config that may not be read.

import { expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { diagnose, type Topics } from '../../src/diagnose/diagnose.ts'
import type { ItsConfig } from '../../src/diagnose/itself-port.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import { NO_WIRE } from '../../src/heal/examine.ts'
import { wellItself } from './asked.ts'
import { contextOf, madeEngine } from './made-context.ts'

const never = new AbortController().signal
const note: Finding = {
  ...{ topic: 'readiness', code: 'readiness-unconfigured', verdict: 'note', subject: null },
  ...{ summary: 'no readiness URL is configured', evidence: [], remedy: [] },
}

async function codes(config: ItsConfig): Promise<readonly string[]> {
  const { look: _look, subjects: _subjects, engineError: _error, ...context } = contextOf()
  const engine = { ...madeEngine, lookAll: () => Promise.reject(new NethealError('engine-unreachable', 'no engine')) }
  const question = { ...context, engine, itself: async () => ({ ...wellItself, config }), named: null, wire: NO_WIRE }
  const nothing = async (): Promise<readonly Finding[]> => []
  const topics: Topics = {
    ...{
      networks: nothing,
      restarts: nothing,
      automation: nothing,
      loops: nothing,
      database: nothing,
      netheal: nothing,
    },
    readiness: async () => [note],
    pools: () => Promise.reject(new NethealError('engine-timeout', 'no answer')),
  }
  const { findings } = await diagnose(question, topics, never)
  return findings.map(({ finding }) => `${finding.code} ${finding.verdict}`)
}

const file = '/etc/netheal/config.json'

test('a topic that gives up is unseen, and the others are told', async () => {
  expect(await codes({ kind: 'valid', file })).toEqual(['pools-unseen unseen', 'readiness-unconfigured note'])
})

test('of a config that may not be read nobody says what it lacks', async () => {
  const error = new NethealError('config', `${file} cannot be read by this user`)
  expect(await codes({ kind: 'closed', file, error })).toEqual(['pools-unseen unseen'])
})
