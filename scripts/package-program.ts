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
  readonly metafile: Metafile
}

/** A bundle of its own: what is in dist/ may be of another moment, and does not say what it is made of. */
export function packagedProgram(root: string): Program {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-program-'))
  try {
    const [out, metafile] = [join(folder, 'program.js'), join(folder, 'metafile.json')]
    const args = [join(root, 'scripts/build.mjs'), '--shape', 'package', '--out', out, '--metafile', metafile]
    execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] })
    const program = readFileSync(out, 'utf8')
    // What V8 has made of it bears it in its name, as V8 itself looks no closer than at its length.
    const id = createHash('sha256').update(program).digest('hex').slice(0, 16)
    const packaging = (name: string): string => readFileSync(join(root, 'packaging', name), 'utf8')
    return {
      files: [
        { name: 'netheal.cjs', data: packaging('netheal.cjs').replace('@PROGRAM@', id) },
        { name: 'compile.cjs', data: packaging('compile.cjs') },
        { name: 'program.js', data: program },
      ],
      metafile: JSON.parse(readFileSync(metafile, 'utf8')),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
