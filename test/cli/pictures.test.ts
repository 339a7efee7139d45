/** The README's pictures show what netheal says today. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../../scripts/pictures.ts', import.meta.url))
const picture = fileURLToPath(new URL('../../docs/pictures/heal.svg', import.meta.url))

test('the picture of a heal is what the demo says', { timeout: 120_000 }, async () => {
  await run(process.execPath, [script, '--check'])
  const text = await readFile(picture, 'utf8')
  for (const word of ['$ docker network disconnect', 'FIXING', 'ACTION', 'SUCCESS', 'resolves supabase-db'])
    expect(text).toContain(word)
})

test('a picture with other words is stale', { timeout: 120_000 }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'netheal-pictures-'))
  try {
    await mkdir(join(root, 'docs/pictures'), { recursive: true })
    await writeFile(
      join(root, 'docs/pictures/heal.svg'),
      (await readFile(picture, 'utf8')).replace('FIXING', 'MENDING'),
    )
    await expect(run(process.execPath, [script, '--check', '--root', root])).rejects.toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('is stale: run node scripts/pictures.ts') },
    })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
