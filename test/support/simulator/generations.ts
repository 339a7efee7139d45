// The engine generations that the simulated engine can be, a row each: what differs from 28.
import { ENGINE_28, isOlder, type Traits } from '../../../src/simulator/generation.ts'

/** 20.10 speaks API 1.41, 26 speaks 1.45, 28 speaks 1.51, 29 speaks 1.55. */
export type Generation = '20.10' | '26' | '28' | '29'

const missingProgram = { exitCode: 126, suffix: ': unknown' }

const ROWS: Readonly<Record<Generation, Partial<Traits>>> = {
  '20.10': {
    version: '20.10.24',
    apiVersion: '1.41',
    minApiVersion: '1.12',
    dieFirst: true,
    doubledDisconnect: true,
    silentStoppedDisconnect: false,
    uniqueNetworkNames: false,
    backOffConnectRefused: false,
    startErrorPrefix: '',
    defaultMode: 'default',
    clearsSandbox: false,
    lateStartedAt: true,
    missingProgram,
    capitals: true,
    execDuration: false,
    era: 1,
  },
  '26': {
    version: '26.1.5',
    apiVersion: '1.45',
    doubledDisconnect: true,
    silentStoppedDisconnect: false,
    backOffConnectRefused: false,
    startErrorPrefix: '',
    clearsSandbox: false,
    lateStartedAt: true,
    missingProgram,
    era: 2,
  },
  '28': {},
  // Measured by hand on 29.7.2 (docs/engine-facts.md, "Docker 29"): no suite can bring one yet.
  '29': { version: '29.7.2', apiVersion: '1.55', minApiVersion: '1.40', failedStartDropsEntry: true },
}

/** The traits of a generation; `apiVersion` overrides the newest version it speaks (1.52 gives the events of 29.0). */
export function traitsOf(generation: Generation, apiVersion?: string): Traits {
  const row = { ...ENGINE_28, ...ROWS[generation] }
  const newest = apiVersion ?? row.apiVersion
  return {
    ...row,
    apiVersion: newest,
    gatewayPriority: !isOlder(newest, '1.48'),
    legacyEventFields: isOlder(newest, '1.52'),
  }
}
