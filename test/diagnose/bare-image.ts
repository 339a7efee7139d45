// The tests' busybox without some of its applets, committed on a real engine.
import { randomBytes } from 'node:crypto'
import type Docker from 'dockerode'
import { busyboxImage } from '../support/busybox-image.ts'

export interface BareImage {
  readonly name: string
  readonly remove: () => Promise<void>
}

/** Removes the applets' links; what is left runs. */
export async function imageWithout(docker: Docker, applets: readonly string[]): Promise<BareImage> {
  const repo = 'netheal-test/bare'
  const tag = randomBytes(6).toString('hex')
  const paths = applets.map(applet => `/bin/${applet}`)
  const container = await docker.createContainer({ Image: busyboxImage, Cmd: ['rm', '-f', ...paths] })
  try {
    const ended = container.wait()
    await container.start()
    await ended
    await container.commit({ repo, tag, changes: 'CMD ["sh"]' })
  } finally {
    await container.remove({ force: true })
  }
  const name = `${repo}:${tag}`
  return { name, remove: async () => void (await docker.getImage(name).remove({ force: true })) }
}
