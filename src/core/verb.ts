// What netheal does to a container, in the words of the action log: before, after, and where it failed. The operators grep for
// these words, and history/rules/entry-text.ts reads them back.

interface About {
  readonly container: string
  readonly network: string
}

interface Words {
  readonly doing: (about: About) => string
  readonly done: (about: About) => string
  readonly failed: (about: About) => string
}

export const VERBS = {
  connect: {
    doing: ({ container, network }) => `Connecting ${container} to ${network}`,
    done: ({ container, network }) => `Connected ${container} to ${network}`,
    failed: ({ container, network }) => `Could not connect ${container} to ${network}`,
  },
  repair: {
    doing: ({ container, network }) => `Repairing ${container} on ${network}`,
    done: ({ container, network }) => `Repaired ${container} on ${network}`,
    failed: ({ container, network }) => `Could not repair ${container} on ${network}`,
  },
  leave: {
    doing: ({ container, network }) => `Disconnecting ${container} from ${network}`,
    done: ({ container, network }) => `Disconnected ${container} from ${network}`,
    failed: ({ container, network }) => `Could not disconnect ${container} from ${network}`,
  },
  restart: {
    doing: ({ container }) => `Restarting ${container}`,
    done: ({ container }) => `Restarted ${container}`,
    failed: ({ container }) => `Could not restart ${container}`,
  },
  start: {
    doing: ({ container }) => `Starting ${container}`,
    done: ({ container }) => `Started ${container}`,
    failed: ({ container }) => `Could not start ${container}`,
  },
  /** The names of the rule are resolved inside the container. */
  prove: {
    doing: ({ container }) => `Resolving names in ${container}`,
    done: ({ container }) => `Resolved the names in ${container}`,
    failed: ({ container }) => `Could not resolve names in ${container}`,
  },
  /** The rule's targets are connected to from inside the container. */
  reach: {
    doing: ({ container }) => `Reaching out from ${container}`,
    done: ({ container }) => `Reached what ${container} must reach`,
    failed: ({ container }) => `Could not reach out from ${container}`,
  },
} as const satisfies Readonly<Record<string, Words>>

export type Verb = keyof typeof VERBS
export const VERB_NAMES = Object.keys(VERBS) as readonly Verb[]
