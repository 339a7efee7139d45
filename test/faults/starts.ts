/** Counts the starts of a container as its engine tells them, from now on. */
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type Docker from 'dockerode'
import type { SandboxContainer } from '../support/sandbox.ts'

export interface Counter extends AsyncDisposable {
  readonly count: number
}

export async function startsOf(docker: Docker, { id }: SandboxContainer): Promise<Counter> {
  const filters = JSON.stringify({ type: ['container'], container: [id], event: ['start'] })
  const stream = (await docker.getEvents({ filters })) as Readable
  let count = 0
  const lines = createInterface({ input: stream })
  for (const it of [stream, lines]) it.on('error', () => undefined)
  lines.on('line', () => {
    count += 1
  })
  return {
    get count() {
      return count
    },
    [Symbol.asyncDispose]: async () => void stream.destroy(),
  }
}
