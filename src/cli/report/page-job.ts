// The work of the report page's thread (page-thread.ts): gathers, renders, returns the bytes, and ends.
import { parentPort, workerData } from 'node:worker_threads'
import { renderPage } from '../../page/page.ts'
import { gather, pageModelOf } from './page-model.ts'
import type { PageJob } from './page-thread.ts'

/** Only in a thread that `pageInThread` started. */
export async function workHere(): Promise<void> {
  const { place, status, since, about }: PageJob = workerData
  const page = renderPage(pageModelOf(await gather(place, status, since), about))
  const bytes = new TextEncoder().encode(page)
  parentPort?.postMessage(bytes, [bytes.buffer])
}
