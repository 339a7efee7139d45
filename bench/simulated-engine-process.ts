// The other end of simulated-engine.ts: `node bench/simulated-engine-process.ts SOCKET`. Ends when its parent does.
import { applicationLabels } from '../src/simulator/labels.ts'
import { type Simulator, startSimulator } from '../test/support/simulator/simulator.ts'
import { type Question, type Reply, type Requests, stack } from './simulated-engine.ts'
import { storm } from './storm.ts'

/** Events; a megabyte or two. */
const slice = 2_000

const [socketPath = ''] = process.argv.slice(2)
// Ctrl-C at the terminal is for the parent: it ends this one in its own time.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit())

const simulator = await startSimulator({ socketPath, generation: '28' })

const answers: { [K in keyof Requests]: (asks: Requests[K]['asks']) => Promise<Requests[K]['answer']> } = {
  async furnish({ containers, members }) {
    furnish(simulator, containers, members)
    return null
  },
  async furnishMany({ attachments, networks }) {
    for (let n = 0; n < networks; n++) {
      simulator.createNetwork(`many-net-${n}`)
      const containers = attachments / networks
      simulator.seed({ prefix: `many-${n}`, containers, container: () => ({ networkMode: `many-net-${n}` }) })
    }
    return null
  },
  async calls() {
    const { total } = simulator.calls
    simulator.calls.reset()
    return total
  },
  announce: ({ events }) => announce(simulator, events),
  storm: plan => storm(simulator, plan),
}

process.on('message', (question: Question) => {
  const send = (reply: Reply): unknown => process.send?.(reply)
  const answer = answers[question.name] as (asks: unknown) => Promise<unknown>
  answer(question.asks).then(
    value => send({ kind: 'answer', id: question.id, answer: value }),
    error => send({ kind: 'failure', id: question.id, why: String(error) }),
  )
})

function furnish(host: Simulator, containers: number, members: number): void {
  host.createNetwork('coolify')
  host.createNetwork(stack)
  host.run({ name: 'supabase-db', networkMode: stack })
  const label = (name: string, n: number) =>
    applicationLabels(
      { applicationId: n, uuid: `app${String(n).padStart(21, '0')}`, resourceName: name },
      name,
      'deploy',
    )
  host.seed({
    prefix: 'app',
    containers: members,
    container: n => ({ labels: label(`app-${n}`, n), networkMode: 'coolify', networks: { [stack]: {} } }),
  })
  const networks = Math.max(1, Math.ceil(containers / 50))
  host.seed({
    prefix: 'crowd',
    networks,
    containers: Math.max(0, containers - members - 1),
    container: n => ({ labels: label(`crowd-${n}`, n), networkMode: `crowd-net-${n % networks}` }),
  })
}

/**
 * In slices that the engine can hold for a reader that is slow: it would lose events. Each ends with an event about a member,
 * which is looked at: when that call comes, all before it has been read.
 */
async function announce(host: Simulator, events: number): Promise<number> {
  const lost = host.streams.lost
  const crowd = [...host.engine.containers.values()].filter(c => c.name.startsWith('crowd-'))
  for (let n = 1; n <= events; n++) {
    const container = crowd[n % crowd.length]
    if (container !== undefined) host.engine.announceContainer(container, n % 2 === 0 ? 'die' : 'start')
    if (n % slice !== 0 && n !== events) continue
    const before = host.calls.total
    host.engine.announceContainer(host.container('app-0'), 'start')
    await host.until(() => host.calls.total > before)
  }
  return host.streams.lost - lost
}
