// Containers with the engine's socket: what is known of each by its image.
import { describe, expect, test } from 'vitest'
import { holderText } from '../../../src/diagnose/rules/socket-holder.ts'

const textOf = (image: string, ...schedule: readonly string[]) => holderText({ name: 'it', image, schedule })

describe("a container that holds the engine's socket", () => {
  test.for([
    [
      'containrrr/watchtower:latest',
      ['WATCHTOWER_POLL_INTERVAL=300'],
      'stops, removes and makes containers anew whose image has a newer version (WATCHTOWER_POLL_INTERVAL=300)',
    ],
    ['ghcr.io/nicholas-fedor/watchtower', [], '(every 24 h, unless it is told otherwise)'],
    [
      'willfarrell/autoheal:1.2.0',
      ['AUTOHEAL_INTERVAL=10'],
      'restarts containers that are unhealthy (AUTOHEAL_INTERVAL=10)',
    ],
    ['portainer/portainer-ce:lts@sha256:abc', [], 'by hand or by its own automation'],
    ['lscr.io/linuxserver/socket-proxy', [], "hands the engine's socket on to others"],
    ['registry.example.com:5000/team/tool:1', [], 'it may restart containers, and cannot be told which'],
    ['sha256:0123456789ab', [], 'it may restart containers, and cannot be told which'],
  ] as const)('%s', ([image, schedule, expected]) => {
    expect(textOf(image, ...schedule)).toContain(`it (${image}) holds the engine's socket`)
    expect(textOf(image, ...schedule)).toContain(expected)
  })

  test.for(['traefik:v3.1', 'ghcr.io/coollabsio/sentinel:0.0.16', 'gcr.io/cadvisor/cadvisor'])(
    '%s only looks',
    image => {
      expect(textOf(image)).toBeNull()
    },
  )
})
