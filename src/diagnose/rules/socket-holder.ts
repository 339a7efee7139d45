// Containers that hold the engine's socket, and so can do to every other one whatever they like: what is known of each by its
// image. Of an image that is not known nobody can say what it does.

export interface SocketHolder {
  readonly name: string
  readonly image: string
  /** In the words of its environment or command: `WATCHTOWER_POLL_INTERVAL=300`; empty where it says none. */
  readonly schedule: readonly string[]
}

export type SocketUse =
  /** It only looks. */
  | { readonly kind: 'reads' }
  /** `does`: for the third person, of containers. `usual`: how often, where it says nothing; null: when it is told to. */
  | { readonly kind: 'acts'; readonly does: string; readonly usual: string | null }
  | { readonly kind: 'unknown' }

const USES: readonly (readonly [RegExp, SocketUse])[] = [
  [
    /watchtower|ouroboros|shepherd|dockcheck/,
    acts('stops, removes and makes containers anew whose image has a newer version', 'every 24 h'),
  ],
  [/deunhealth/, acts('restarts containers as soon as they are unhealthy', 'at once')],
  [/autoheal/, acts('restarts containers that are unhealthy', 'every 5 s')],
  [
    /ofelia|swarm-cronjob|docker-crontab|chadburn/,
    acts('runs jobs in containers and restarts them, by their labels', 'by its labels'),
  ],
  [
    /portainer|dockge|yacht|komodo|periphery|arcane|rancher|swarmpit|lazydocker|casaos|runtipi|dokploy|caprover/,
    acts('starts, stops and makes containers anew, by hand or by its own automation', null),
  ],
  [/socket-?proxy|haproxy/, acts("hands the engine's socket on to others, with what its settings allow", null)],
  [/runner|jenkins|drone|woodpecker|gitlab|buildkite/, acts('runs builds that may do anything to containers', null)],
  [
    /traefik|nginx-proxy|docker-gen|caddy-docker|sentinel|cadvisor|dozzle|diun|telegraf|datadog|netdata|glances|ctop|vector|promtail|alloy|fluent|beszel|scrutiny|homepage|homarr|prometheus|otel|logspout|loki|filebeat|metricbeat|crowdsec|netheal/,
    { kind: 'reads' },
  ],
]

function acts(does: string, usual: string | null): SocketUse {
  return { kind: 'acts', does, usual }
}

/** By the repository of its image, without its registry and its tag. */
export function useOf({ image }: Pick<SocketHolder, 'image'>): SocketUse {
  const [named = ''] = image.toLowerCase().split('@')
  const parts = named
    .replace(/:[\w.-]+$/, '')
    .split('/')
    .slice(-2)
  return USES.find(([pattern]) => pattern.test(parts.join('/')))?.[1] ?? { kind: 'unknown' }
}

/** `watchtower (IMAGE) holds the engine's socket and ...`; null for one that only looks. */
export function holderText(holder: SocketHolder): string | null {
  const { name, image, schedule } = holder
  const use = useOf(holder)
  if (use.kind === 'reads') return null
  const who = `${name} (${image}) holds the engine's socket`
  if (use.kind === 'unknown') return `${who}: it may restart containers, and cannot be told which`
  const often =
    schedule.length > 0
      ? ` (${schedule.join(', ')})`
      : use.usual === null
        ? ''
        : ` (${use.usual}, unless it is told otherwise)`
  return `${who} and ${use.does}${often}; it cannot be told which`
}
