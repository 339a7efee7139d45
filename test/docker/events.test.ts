// Reading the event stream: until it ends, and whatever ends it is told, never thrown.
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readEvents } from '../../src/docker/events.ts'
import type { EngineEvent, EventStream } from '../../src/heal/ports.ts'

const HOST = 'unix:///s'

function line(action: string, name = 'pms-backend'): string {
  return `${JSON.stringify({ Type: 'container', Action: action, Actor: { ID: 'c'.repeat(64), Attributes: { name, image: 'app' } } })}\n`
}

interface Reading extends EventStream {
  readonly stream: PassThrough
  readonly events: readonly EngineEvent[]
}

function reading(): Reading {
  const stream = new PassThrough()
  const events: EngineEvent[] = []
  const { ended } = readEvents(stream, event => events.push(event), HOST)
  return { stream, events, ended }
}

test('events come as their bytes come, in order', async () => {
  const { stream, events, ended } = reading()
  const text = line('create') + line('start', 'größe') + line('die')
  for (const byte of Buffer.from(text)) stream.write(Buffer.from([byte]))
  stream.end()
  expect(await ended).toBeNull()
  expect(events.map(e => `${e.action} ${e.name}`)).toEqual(['create pms-backend', 'start größe', 'die pms-backend'])
})

test('events of no interest are passed over', async () => {
  const { stream, events, ended } = reading()
  stream.end(`{"Type":"image","Action":"pull"}\n\r\n${line('start')}`)
  expect(await ended).toBeNull()
  expect(events).toHaveLength(1)
})

test('a last line without its end is no event', async () => {
  const { stream, events, ended } = reading()
  stream.end(line('start') + line('die').slice(0, -10))
  expect(await ended).toBeNull()
  expect(events.map(e => e.action)).toEqual(['start'])
})

describe('garbage breaks it, and the events before count', () => {
  test.for([
    ['<html>502</html>\n', 'the event stream of unix:///s contains something that is not an event'],
    ['{"Type":"contai\n', 'the event stream of unix:///s contains something that is not an event'],
    ['[]\n', "the engine's answer makes no sense: no usable event"],
    ['"text"\n', "the engine's answer makes no sense: no usable event"],
    [`{"x":"${'y'.repeat(2 * 1024 * 1024)}`, 'the event stream contains a line of more than 1 MiB'],
    ['\u0000\ufffd\n', 'the event stream of unix:///s contains something that is not an event'],
  ] as const)('garbage breaks the event stream, and the events before it count (%#)', async ([garbage, message]) => {
    const { stream, events, ended } = reading()
    stream.write(line('start') + garbage)
    expect(await ended).toMatchObject({ code: 'engine-unreachable', message })
    expect(events).toHaveLength(1)
    expect(stream.destroyed).toBe(true)
  })
})

test('an event stream whose connection breaks ends with an error', async () => {
  const { stream, ended } = reading()
  stream.destroy(new Error('read ECONNRESET'))
  expect(await ended).toMatchObject({
    code: 'engine-unreachable',
    message: 'the event stream of unix:///s broke: read ECONNRESET',
  })
})

test('an event stream whose connection is closed without an end has ended', async () => {
  const { stream, ended } = reading()
  stream.destroy()
  expect(await ended).toBeNull()
})
