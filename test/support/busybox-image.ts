/**
 * The one image that the tests use: a static busybox with links for its applets, made from this machine's own file.
 * Nothing is pulled from anywhere.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type Docker from 'dockerode'
import { enginePath, findStaticBusybox } from './engine-packages.ts'

const repository = 'netheal-test/busybox'

/** The name under which the image is imported. */
export const busyboxImage = `${repository}:latest`

/** Imports the image into an engine that does not have it yet. Throws when this machine has no static busybox. */
export async function importBusybox(docker: Docker): Promise<void> {
  const present = await docker.listImages({ filters: { reference: [busyboxImage] } })
  if (present.length > 0) return
  const busybox = await findStaticBusybox()
  if (busybox === null) throw new Error('no static busybox on this machine: apt-get install busybox-static')
  const folder = await mkdtemp(join(tmpdir(), 'netheal-busybox-'))
  try {
    await fillRoot(folder, busybox)
    const tar = spawn('tar', ['-C', folder, '--owner=0', '--group=0', '--numeric-owner', '-c', '.'], {
      env: { ...process.env, PATH: enginePath },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const response = await docker.importImage(tar.stdout, { repo: repository, tag: 'latest' })
    response.resume()
    await once(response, 'end')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fillRoot(folder: string, busybox: string): Promise<void> {
  const bin = join(folder, 'bin')
  await Promise.all(['bin', 'etc', 'tmp', 'root'].map(name => mkdir(join(folder, name))))
  await copyFile(busybox, join(bin, 'busybox'))
  await writeFile(join(folder, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n')
  await writeFile(join(folder, 'etc/group'), 'root:x:0:\nnobody:x:65534:\n')
  const { stdout } = await promisify(execFile)(busybox, ['--list'])
  const applets = stdout.split('\n').filter(applet => applet !== '' && applet !== 'busybox')
  await Promise.all(applets.map(applet => symlink('busybox', join(bin, applet))))
}
