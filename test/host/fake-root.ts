/** A tree of files that stands for a host, in a temporary folder that goes with `await using`. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface FakeRoot extends AsyncDisposable {
  readonly root: string
}

/** `files`: paths of the host and what stands in them; `-> TARGET` makes a symbolic link. */
export async function fakeRoot(files: Readonly<Record<string, string>>): Promise<FakeRoot> {
  const root = await mkdtemp(join(tmpdir(), 'netheal-host-'))
  for (const [path, content] of Object.entries(files)) {
    const at = join(root, path)
    await mkdir(dirname(at), { recursive: true })
    if (content.startsWith('-> ')) await symlink(content.slice(3), at)
    else await writeFile(at, content)
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

/** One of test/fixtures/scripts. */
export function script(name: string): Promise<string> {
  return readFile(new URL(`../fixtures/scripts/${name}`, import.meta.url), 'utf8')
}
