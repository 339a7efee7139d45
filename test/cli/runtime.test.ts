// A Node that is too old is said, before anything of it is found missing.
import { expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import { runtimeFault } from '../../src/cli/runtime.ts'

test.each(['20.20.2', '22.11.0', '22.0.0', '18.0.0'])('%s is too old', version => {
  expect(runtimeFault(version, pkg.engines.node)).toBe(
    `netheal: Node 22.12 or later is needed; this is ${version}\n  netheal's packages bring their own Node\n`,
  )
})

test.each(['22.12.0', '22.20.1', '23.0.0', '24.21.0', '100.0.0'])('%s will do', version => {
  expect(runtimeFault(version, pkg.engines.node)).toBeNull()
})

test('nothing is asked for where nothing is said', () => {
  expect(runtimeFault('1.0.0', '')).toBeNull()
})
