// Times of files, below a root that stands for a host.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { coolifyFiles } from '../../src/host/coolify-files.ts'

const never = new AbortController().signal
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'netheal-files-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function written(path: string, at: number): string {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), '')
  utimesSync(join(root, path), at / 1000, at / 1000)
  return path
}

test('when a file was written, and that there is none', async () => {
  const files = coolifyFiles({ root, pidFile: '/run/docker.pid' })
  const path = written('/data/coolify/applications/x/docker-compose.yaml', 1_766_000_000_000)
  expect(await files.modified(path, never)).toEqual({ kind: 'seen', modifiedAt: 1_766_000_000_000 })
  expect(await files.modified('/data/coolify/applications/y/.env', never)).toEqual({ kind: 'missing' })
  expect(await files.modified(`${path}/below`, never)).toEqual({ kind: 'missing' })
})

test('when the engine was started, by its pid file', async () => {
  written('/run/docker.pid', 1_766_000_001_000)
  const files = coolifyFiles({ root, pidFile: '/run/docker.pid' })
  expect(await files.engineStarted(never)).toEqual({ kind: 'seen', modifiedAt: 1_766_000_001_000 })
})

test('what cannot be looked at is unseen, and said why', async () => {
  symlinkSync('itself', join(root, 'itself'))
  const files = coolifyFiles({ root, pidFile: '/x' })
  expect(await files.modified('/itself', never)).toEqual({ kind: 'unseen', why: 'ELOOP' })
})
