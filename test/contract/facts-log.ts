// Facts: what the engine keeps of a container's output, and how it gives it: frames, times, pieces, `since`, `tail`.
import { expect, test } from 'vitest'
import { until } from '../support/until.ts'
import type { Open } from './contract.ts'
import { type Frame, framesOf, logOf } from './log.ts'
import type { World } from './world.ts'

const wait = 'trap "exit 0" TERM; while :; do sleep 0.1; done'

function printing(script: string): { readonly command: readonly string[] } {
  return { command: ['sh', '-c', `${script}; ${wait}`] }
}

/** All frames, once there are so many. */
async function frames(world: World, id: string, count: number, query = ''): Promise<readonly Frame[]> {
  return await until(
    async () => {
      const seen = framesOf((await logOf(world, id, `stdout=1&stderr=1&timestamps=1${query}`)).body)
      return seen.length >= count ? seen : null
    },
    { what: `${count} frames`, deadline: 60_000 },
  )
}

const texts = (seen: readonly Frame[]) => seen.map(it => it.text)

export function logFacts(open: Open): void {
  test('without a terminal: a frame a line, with its stream and its time in nine digits', async () => {
    await using world = open()
    const id = await world.run('a', printing('echo one; echo two >&2; echo "three four"'))
    const seen = await frames(world, id, 3)
    expect([...seen].sort((a, b) => (a.text < b.text ? -1 : 1))).toEqual([
      { stream: 1, stamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/), text: 'one\n' },
      { stream: 1, stamp: expect.any(String), text: 'three four\n' },
      { stream: 2, stamp: expect.any(String), text: 'two\n' },
    ])
    const { headers } = await logOf(world, id, 'stdout=1')
    const type = world.family === '20.10' ? undefined : 'application/vnd.docker.multiplexed-stream'
    expect(headers['content-type']).toBe(type)
  })

  test('with a terminal: bare text, both streams as one, lines end with CR LF', async () => {
    await using world = open()
    const id = await world.run('a', { ...printing('echo one; echo two >&2'), tty: true })
    const body = await until(async () => {
      const text = (await logOf(world, id, 'stdout=1&stderr=1&timestamps=1')).body.toString()
      return text.includes('two') ? text : null
    })
    expect(body).toMatch(/^\d{4}\S+\.\d{9}Z one\r\n\d{4}\S+\.\d{9}Z two\r\n$/)
  })

  test.for(['json-file', 'local'])('%s: a line of more than 16 KiB comes in pieces of one time', async logDriver => {
    await using world = open()
    const id = await world.run('a', { ...printing('printf %40000d 0; echo; echo end'), logDriver })
    const seen = await frames(world, id, 4)
    expect(seen.map(it => it.text.replace('\n', '').length)).toEqual([16384, 16384, 7232, 3])
    expect(new Set(seen.slice(0, 3).map(it => it.stamp)).size).toBe(1)
    expect(seen[3]?.stamp).not.toBe(seen[0]?.stamp)
    // 20.10's `local` forgets the line feed of a line in pieces.
    const last = world.family === '20.10' && logDriver === 'local' ? '0' : '0\n'
    expect(seen.map(it => it.text.slice(-last.length))).toEqual([
      ' '.repeat(last.length),
      ' '.repeat(last.length),
      last,
      last === '0' ? '\n' : 'd\n',
    ])
  })

  test('what a process leaves without a line feed has none in the log, and the next run begins anew', async () => {
    await using world = open()
    const id = await world.run('a', { command: ['sh', '-c', 'echo one; printf %3d 0; exit 0'] })
    const first = await frames(world, id, 2)
    expect(texts(first)).toEqual(['one\n', '  0'])
    await until(async () => !(await world.inspect(id)).State.Running)
    await world.start(id)
    expect(texts(await frames(world, id, 4))).toEqual(['one\n', '  0', 'one\n', '  0'])
  })

  test('`since` takes seconds with a fraction, and what is exactly as old; RFC 3339 is a 500', async () => {
    await using world = open()
    const id = await world.run('a', printing('echo one; echo two; echo three'))
    const [, second] = await frames(world, id, 3)
    const stamp = second?.stamp ?? ''
    const seconds = Math.floor(Date.parse(stamp) / 1000)
    const at = `${seconds}.${stamp.slice(20, 29)}`
    expect(texts(await frames(world, id, 2, `&since=${at}`))).toEqual(['two\n', 'three\n'])
    const later = `${seconds}.${String(Number(stamp.slice(20, 29)) + 1).padStart(9, '0')}`
    expect(texts(await frames(world, id, 1, `&since=${later}`))).toEqual(['three\n'])
    const refused = await logOf(world, id, `stdout=1&since=${stamp}`)
    expect(refused.status).toBe(500)
    expect(refused.body.toString()).toContain('strconv.ParseInt: parsing')
  })

  test('`tail` counts entries, pieces too, and `since` is asked of those', async () => {
    await using world = open()
    const id = await world.run('a', printing('echo one; printf %20000d 0; echo; echo end'))
    const all = await frames(world, id, 4)
    expect(texts(await frames(world, id, 2, '&tail=2'))).toEqual(texts(all.slice(-2)))
    const last = all[3]?.stamp ?? ''
    const since = `${Math.floor(Date.parse(last) / 1000)}.${last.slice(20, 29)}`
    expect(texts(await frames(world, id, 1, `&tail=3&since=${since}`))).toEqual(['end\n'])
    expect(texts(await frames(world, id, 1, '&tail=1&since=1'))).toEqual(['end\n'])
  })

  test('the log keeps former runs; what is younger than the gap between them is of this one', async () => {
    await using world = open()
    const id = await world.run('a', printing('echo run'))
    const [first] = await frames(world, id, 1)
    await world.stop(id)
    await world.start(id)
    const both = await frames(world, id, 2)
    const { StartedAt, FinishedAt } = (await world.inspect(id)).State
    const [, second] = both
    expect(both[0]).toEqual(first)
    const [finished, started] = [nanos(FinishedAt), nanos(StartedAt)]
    expect(finished).toBeLessThan(started)
    expect(nanos(first?.stamp ?? '')).toBeLessThanOrEqual(finished)
    expect(nanos(second?.stamp ?? '')).toBeGreaterThan(finished)
    // On a real engine it takes its time, and the new run's lines are at the end of it.
    const gap = started - finished
    if (gap > 1_000_000n) expect(nanos(second?.stamp ?? '')).toBeGreaterThanOrEqual(started - gap / 4n)
    // Before 28 the first lines of a run may be older than its StartedAt.
    if (world.family === '28') expect(nanos(second?.stamp ?? '')).toBeGreaterThanOrEqual(started)
  })

  test('the driver `none` is a 501, no stream a 400, no container a 404, never started an empty log', async () => {
    await using world = open()
    const none = await world.run('none', { ...printing('echo one'), logDriver: 'none' })
    const refusal = async (id: string, query: string) => {
      const { status, body } = await logOf(world, id, query)
      return { status, message: (JSON.parse(body.toString()) as { message: string }).message }
    }
    expect(await refusal(none, 'stdout=1')).toEqual({
      status: 501,
      message: 'configured logging driver does not support reading',
    })
    const fresh = await world.create('fresh')
    expect(await refusal(fresh, '')).toEqual({
      status: 400,
      message: 'Bad parameters: you must choose at least one stream',
    })
    expect((await refusal(world.name('nobody'), 'stdout=1')).status).toBe(404)
    expect(await logOf(world, fresh, 'stdout=1&stderr=1')).toMatchObject({ status: 200, body: Buffer.alloc(0) })
  })
}

/** Nanoseconds: an inspect drops the zeroes at the end, a log does not. */
function nanos(time: string): bigint {
  const fraction = /\.(\d+)Z$/.exec(time)?.[1] ?? ''
  return BigInt(Math.floor(Date.parse(time) / 1000)) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}
