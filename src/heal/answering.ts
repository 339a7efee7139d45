// Who answers to the names of which attachment: whoever of them is paused concerns it.

export interface Answering {
  /** What a proof of this attachment has shown: the ids of the containers that answer to its names. */
  learn(attachment: string, containers: readonly string[]): void
  /** The attachments whose names this container answers to. */
  concernedBy(container: string): readonly string[]
}

export function openAnswering(): Answering {
  const byContainer = new Map<string, ReadonlySet<string>>()

  function forget(attachment: string): void {
    for (const [container, attachments] of byContainer) {
      if (!attachments.has(attachment)) continue
      const left = new Set([...attachments].filter(a => a !== attachment))
      if (left.size === 0) byContainer.delete(container)
      else byContainer.set(container, left)
    }
  }

  return {
    learn(attachment, containers) {
      forget(attachment)
      for (const container of containers)
        byContainer.set(container, new Set([...(byContainer.get(container) ?? []), attachment]))
    },
    concernedBy: container => [...(byContainer.get(container) ?? [])],
  }
}
