// Every `network disconnect` of the recorded streams is judged, and judged alike for both generations of engines: the
// explicit ones are detaches, once each; those that a stop, a crash, a restart or a removal sends are none.

import { describe, expect, test } from 'vitest'
import type { Detach } from '../../src/core/state.ts'
import { rule } from './builders.ts'
import { bytesOf, GENERATIONS, recordingOf, recordingsOf } from './recording.ts'
import { type Moment, replay } from './replay.ts'
import { type Watcher, watcher } from './watcher.ts'

/** What was lost in each recording, in order, as it stands at its end. Those not named lose nothing. */
const LOST: Readonly<Record<string, readonly string[]>> = {
  '07_explicit_disconnect_running': [
    'res-cfy-a off res-cfy-net2: explicit',
    'res-cfy-a off res-cfy-net2: explicit',
    'res-cfy-a off res-cfy-net: explicit',
    'res-cfy-a off res-cfy-net2: explicit',
  ],
  '08_disconnect_connect_stopped': ['res-cfy-a off res-cfy-net2: explicit', 'res-cfy-a off res-cfy-net2: explicit'],
  '11_netrm_while_stopped_secondary': ['res-cfy-a off res-cfy-net2: network-recreated'],
  '12_netrm_while_stopped_primary': ['res-cfy-a off res-cfy-net: network-recreated'],
  // A disconnect, then the removal and the re-creation of the network: one incident, and its better cause.
  '13_net_recreate_live': ['res-cfy-a off res-cfy-net2: network-recreated'],
  '14_prune': ['res-cfy-a off res-cfy-net: network-removed'],
  // Compose joins the second network just after the create: in between it is not there, and netheal would be as quick.
  '15_compose_recreate_by_hand': ['res-cfy-web off res-cfy-net2: replaced'],
  '16_coolify_rolling_update': ['res-cfy-vgsco4o-093011654321 off res-cfy-supa: replaced'],
  '17_coolify_stop_first_same_name': ['res-cfy-pms off res-cfy-supa: replaced'],
  // The proxy: a disconnect that Coolify ran, before it removed the network that is made anew later.
  '18_service_restart_delete': [
    'res-cfy-proxy off res-cfy-supa: network-recreated',
    'res-cfy-foreign off res-cfy-supa: network-recreated',
  ],
  '19_pause_health_exec_update': ['res-cfy-a off res-cfy-net: explicit'],
  '21_by_id': ['res-cfy-a off res-cfy-net: explicit'],
  '30_compose_app_rolling': ['rescfy00vgsco4owkko4ws4k-093011654321 off res-cfy-supa: replaced'],
  '31_compose_app_same_name': ['rescfy00vgsco4owkko4ws4k off res-cfy-supa: replaced'],
  '32_compose_up_again': [
    'rescfy00vgsco4owkko4ws4k off res-cfy-coolify: explicit',
    'rescfy00vgsco4owkko4ws4k off res-cfy-supa: replaced',
  ],
  '33_compose_service_lifecycle': ['res-cfy-proxy off rescfy00bccg4gs4o4kgsowo: explicit'],
  '34_compose_diverged_network': ['res-cfy-raw-web off res-cfy-raw-backend: network-recreated'],
}

const CASES = GENERATIONS.flatMap(generation => recordingsOf(generation).map(name => ({ generation, name })))

interface Judged {
  /** `explicit` where the command under way was `docker network disconnect`. */
  readonly expected: string
  readonly verdict: string
}

/** Every network for every container: nothing that happens goes unseen. */
function watchAll(moments: readonly Moment[]): Watcher {
  const networks = new Set(moments.flatMap(m => m.world.networks.map(n => n.name)))
  return watcher([...networks].map(network => rule({ containers: ['*'], network })))
}

function judge(moments: readonly Moment[]): { readonly judged: readonly Judged[]; readonly watch: Watcher } {
  const watch = watchAll(moments)
  const judged: Judged[] = []
  for (const { world, event, command, at } of moments) {
    watch.see(world, at)
    if (event?.kind !== 'network' || event.action !== 'disconnect') continue
    const container = world.containers.find(c => c.id === event.containerId)
    const side = watch.last?.attachments.find(
      a => a.container?.id === event.containerId && networkOf(a.network) === event.name,
    )
    const seen = watch.state.attachments[side?.key ?? '']?.seen[event.containerId ?? '']
    const [, verb, network = '', name = ''] = /^docker network (disconnect) (?:-f )?(\S+) (\S+)$/.exec(command) ?? []
    const asked =
      verb !== undefined && [event.name, event.id].includes(network) && [container?.name, container?.id].includes(name)
    judged.push({
      expected: asked ? 'explicit' : 'none',
      verdict: seen === undefined ? 'unseen' : (seen.lost ?? 'none'),
    })
  }
  return { judged, watch }
}

function networkOf(answer: {
  readonly kind: string
  readonly network?: { readonly name: string }
}): string | undefined {
  return answer.network?.name
}

function line({ container, network, cause }: Detach): string {
  return `${container.replace(/^[0-9a-f]{12}_/, '')} off ${network}: ${cause}`
}

describe.each(CASES)('$generation $name', ({ generation, name }) => {
  const { moments, disagreements, inspections } = replay(recordingOf(generation, name))

  test('in a recording, what is derived between the inspections is what the next inspection shows', () => {
    expect(disagreements).toEqual([])
    expect(inspections).toBeGreaterThanOrEqual(name === '09_rm' ? 0 : 1)
  })

  test('in a recording, each disconnect is judged as the command and the inspections prove it', () => {
    const { judged, watch } = judge(moments)
    const sent =
      bytesOf(generation, name)
        .toString('utf8')
        .match(/"Action": ?"disconnect"/g) ?? []
    expect(judged).toHaveLength(sent.length)
    // The network was removed and made anew before the dead entry is taken away: that loss was judged already.
    const known = (j: Judged): Judged =>
      j.expected === 'explicit' && j.verdict === 'network-recreated' ? { ...j, verdict: 'explicit' } : j
    expect(judged.map(known).filter(j => j.verdict !== j.expected)).toEqual([])
    expect(watch.state.detaches.map(line)).toEqual(LOST[name] ?? [])
  })

  test('in a recording, polls alone, one after each command, find the same losses', () => {
    const watch = watchAll(moments)
    const settled = moments.filter((m, i) => m.command !== moments[i + 1]?.command || m.event === null)
    for (const { world, at } of settled) watch.see(world, at)
    // Compose puts the container onto the new network within its one command: to a poll nothing is lost.
    expect(watch.state.detaches.map(line)).toEqual(name.startsWith('34') ? [] : (LOST[name] ?? []))
  })

  test('in a recording, no restart by a policy is taken for one from outside', () => {
    const { watch } = judge(moments)
    const starts = Object.values(watch.state.starts).flatMap(s => s.times)
    expect(starts).toHaveLength(STARTS_FROM_OUTSIDE[name] ?? 0)
  })
})

/** Starts by hand (`docker start`, `restart`, compose, the daemon's own) that an inspection shows. All others are a policy's. */
const STARTS_FROM_OUTSIDE: Readonly<Record<string, number>> = {
  '02_stop_start_restart_kill': 3,
  '03_stop_timeout_sigkill': 1,
  '04_crash_restart_policy': 1,
  '07_explicit_disconnect_running': 1,
  '08_disconnect_connect_stopped': 2,
  '11_netrm_while_stopped_secondary': 1,
  '12_netrm_while_stopped_primary': 1,
  '34_compose_diverged_network': 1,
  '40_daemon_restart': 1,
}

test('no disconnect of either generation is left out', () => {
  const counts = GENERATIONS.map(generation => {
    const judged = recordingsOf(generation).flatMap(name => judge(replay(recordingOf(generation, name)).moments).judged)
    return [generation, judged.length, judged.filter(j => j.expected === 'explicit').length]
  })
  expect(counts).toEqual([
    ['20.10.24', 73, 20],
    ['28.5.2', 82, 10],
  ])
})

describe.each(['16_coolify_rolling_update', '17_coolify_stop_first_same_name'])('the evidence of %s', name => {
  test.each(GENERATIONS)('the evidence of a recording: %s', generation => {
    const { moments } = replay(recordingOf(generation, name))
    const { watch } = judge(moments)
    const [detach] = watch.state.detaches
    const ids = moments.flatMap(m => (m.event?.kind === 'container' && m.event.action === 'create' ? [m.event] : []))
    const made = ids.filter(e => e.labels['coolify.applicationId'] === '7').map(e => e.id)
    expect(detach?.evidence).toMatchObject({
      previousId: made[0],
      containerId: made[1],
      coolify: true,
      deployment: name.startsWith('16') ? 'rescfy00k0helperdeployuu' : null,
    })
  })
})
