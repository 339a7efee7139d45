// Waiting that ends at Ctrl-C: the rows give up where they are, and `await using` takes away what they made.

/** As `work`, or rejects with the signal's reason as soon as that aborts. What `work` comes to then is nobody's concern. */
export async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>()
  const stop = (): void => stopped.reject(signal.reason)
  work.catch(() => undefined)
  signal.throwIfAborted()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, stopped.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
