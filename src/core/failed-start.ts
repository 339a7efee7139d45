// A start that failed may drop the container's entries (docs/engine-facts.md, "Docker 29"): nobody disconnected it then.
import { type Container, isUp } from './world.ts'

/** From Docker 29 on a start that fails drops entries. Once the container runs that can no longer be told. */
export function failedToStart({ status, run }: Container): boolean {
  return !isUp(status) && run !== null && run.error !== ''
}
