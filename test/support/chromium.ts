/**
 * A real Chromium for tests of the page: Debian's package, installed through apt-get where it is missing and we are root.
 * Never a browser that somebody uses: each has a profile of its own, in a temporary folder, and calls nobody.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { aptInstall, findCommand, lastLine } from './engine-packages.ts'

const quiet = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
]

/** Null: `openChromium` will work. Else why not, in words; a failure where NETHEAL_TEST_REQUIRE_ENGINE=1 (see .ci/run). */
export async function prepareChromium(): Promise<string | null> {
  const absence = await prepare()
  if (absence !== null && process.env.NETHEAL_TEST_REQUIRE_ENGINE === '1')
    throw new Error(`NETHEAL_TEST_REQUIRE_ENGINE=1, and there is no Chromium to test with: ${absence}`)
  if (absence !== null) process.stderr.write(`netheal tests: the page is not tested in a browser: ${absence}\n`)
  return absence
}

async function prepare(): Promise<string | null> {
  if ((await findCommand('chromium')) !== null) return null
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'there is no chromium, and installing it needs root'
  if ((await findCommand('apt-get')) === null) return 'there is no chromium, and no apt-get to install it'
  process.stderr.write('netheal tests: installing chromium with apt-get, for tests of the page\n')
  try {
    await aptInstall(['chromium', 'fonts-dejavu-core'])
  } catch (error) {
    if ((await findCommand('chromium')) === null) return `could not install chromium: ${lastLine(error)}`
  }
  return (await findCommand('chromium')) === null ? 'chromium was installed, and is not there' : null
}

export interface Chromium extends AsyncDisposable {
  readonly context: BrowserContext
}

/** A fresh one. */
export async function openChromium(): Promise<Chromium> {
  const executablePath = await findCommand('chromium')
  if (executablePath === null) throw new Error('no chromium: call prepareChromium first')
  const profile = mkdtempSync(join(tmpdir(), 'netheal-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: quiet,
    timeout: 120_000,
  })
  context.setDefaultTimeout(60_000)
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}
