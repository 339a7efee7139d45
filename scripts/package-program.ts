// netheal as a package holds it: the bundle as a function, what starts it, and what has V8 compile it once on the host.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

export interface Program {
  /** They belong into one folder, with Node. */
  readonly files: readonly { readonly name: string; readonly data: string }[]
  /** The command, which finds them in /usr/lib/netheal. */
  readonly launcher: string
  readonly metafile: Metafile
}

/** A bundle of its own: what is in dist/ may be of another moment, and does not say what it is made of. */
export function packagedProgram(root: string): Program {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-program-'))
  try {
    const metafile = join(folder, 'metafile.json')
    const build = (shape: string): string => {
      const out = join(folder, `${shape}.js`)
      const args = [join(root, 'scripts/build.mjs'), '--shape', shape, '--out', out, '--metafile', metafile]
      execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] })
      return readFileSync(out, 'utf8')
    }
    const oneShot = build('one-shot')
    // Everything: the metafile is that of the later one.
    const program = build('package')
    const ids: Readonly<Record<string, string>> = { PROGRAM: idOf(program), ONE_SHOT: idOf(oneShot) }
    const packaging = (name: string): string =>
      readFileSync(join(root, 'packaging', name), 'utf8').replace(/@([A-Z_]+)@/g, (all, id) => ids[id] ?? all)
    return {
      launcher: packaging('netheal'),
      files: [
        { name: 'netheal.cjs', data: packaging('netheal.cjs') },
        { name: 'compile.cjs', data: packaging('compile.cjs') },
        { name: 'one-shot.js', data: oneShot },
        { name: 'program.js', data: program },
        { name: 'snapshot.cjs', data: packaging('snapshot.cjs') },
      ],
      metafile: JSON.parse(readFileSync(metafile, 'utf8')),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Of a text: what V8 has made of it bears it in its name, as V8 itself looks no closer than at its length. */
function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
