// Records and heartbeat: a disk that refuses stops no healing, is said once, and everything resumes with it.
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { EMPTY_STATE } from '../../src/core/state.ts'
import { openNotebook } from '../../src/heal/notebook.ts'
import type { ActionLog } from '../../src/heal/ports.ts'
import { openRecorder, type Recorder } from '../../src/heal/recorder.ts'
import { JournalInMemory, LogInMemory, StateInMemory } from './records.ts'
import { APP, NETWORK, Rig, ruleFor, WORKER } from './rig.ts'

const FULL = 'cannot write /var/log/netheal/actions.1.log: no space left on the disk (ENOSPC)'
const SAID = 'records cannot be written; healing goes on'

describe('a disk that refuses', () => {
  test('a disk that refuses: the log: healing goes on, it is said once, and nothing that was done is lost', async () => {
    await using rig = await Rig.open()
    rig.log.fault = FULL
    expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
    await rig.simulator.disconnect(NETWORK, APP)
    expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
    expect(rig.journal.count(SAID)).toBe(1)
    expect(rig.deps.recorder.problems).toEqual([FULL])
    expect(rig.state.saved.problems).toEqual([FULL])
    rig.log.fault = null
    await rig.pass()
    expect(rig.journal.count('records are written again')).toBe(1)
    expect(rig.log.kinds()).toEqual(['fixing', 'action', 'success', 'fixing', 'action', 'success'])
    expect(rig.state.saved.problems).toEqual([])
  })

  test('a disk that refuses: a log that cannot be opened is a problem before its first line, until it can', async () => {
    await using rig = await Rig.open()
    const { recorder } = rig.deps
    rig.log.fault = FULL
    await recorder.openLog()
    expect(recorder.problems).toEqual([FULL])
    await recorder.write([])
    expect(recorder.problems).toEqual([FULL])
    expect(rig.journal.count(SAID)).toBe(1)
    rig.log.fault = null
    await recorder.write([])
    expect(recorder.problems).toEqual([])
  })

  test('a disk that refuses: the state: healing goes on, and the first file that is written again tells of no problem', async () => {
    await using rig = await Rig.open()
    rig.state.fault = 'cannot write /var/lib/netheal/state.json: the file system is read-only (EROFS)'
    expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
    expect(rig.journal.count(SAID)).toBe(1)
    expect(rig.deps.recorder.problems).toHaveLength(1)
    rig.state.fault = null
    await rig.pass()
    expect(rig.deps.recorder.problems).toEqual([])
    expect(rig.state.saved.problems).toEqual([])
    expect(rig.state.saved.attachments).toMatchObject({ [`name/${APP} -> ${NETWORK}`]: { state: 'attached' } })
  })

  test('a disk that refuses for another reason than before is said as well', async () => {
    await using rig = await Rig.open()
    rig.log.fault = FULL
    await rig.pass()
    rig.log.fault = 'cannot write /var/log/netheal/actions.1.log: the file system is read-only (EROFS)'
    await rig.pass()
    expect(rig.journal.count(SAID)).toBe(2)
  })
})

describe('the heartbeat', () => {
  test('the heartbeat: one a day, by the first finished full pass', async () => {
    await using rig = await Rig.open()
    await rig.poll()
    await rig.poll()
    expect(rig.heartbeat.beats).toMatchObject([
      { well: true, text: expect.stringMatching(`^${APP} healthy \\(proven: [a-z]+\\)$`) },
    ])
    rig.clock.advance(86_400_000)
    await rig.poll()
    expect(rig.heartbeat.beats).toHaveLength(2)
  })

  test('the heartbeat: an entry that nobody has examined is not called healthy', async () => {
    await using rig = await Rig.open()
    await rig.pass()
    expect(rig.isAttached()).toBe(true)
    expect(rig.heartbeat.beats).toEqual([])
    await rig.poll()
    expect(rig.heartbeat.beats).toMatchObject([{ well: true, text: `${APP} healthy (proven: joined)` }])
  })

  test('the heartbeat: none by a pass that could not see', async () => {
    await using rig = await Rig.open()
    const fault = rig.simulator.faults.fail()
    await expect(rig.poll()).rejects.toThrow()
    expect(rig.heartbeat.beats).toEqual([])
    fault.clear()
    await rig.poll()
    expect(rig.heartbeat.beats).toHaveLength(1)
  })

  test('the heartbeat: it says what is not well', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ containers: [APP, WORKER, 'absent'] })] })
    await rig.simulator.stopContainer(WORKER, 0)
    await rig.poll()
    expect(rig.heartbeat.beats).toMatchObject([
      { well: false, text: `${WORKER} is stopped; no container has ever matched absent; attached: ${APP}` },
    ])
  })

  test('the heartbeat: what was noted of the page is told apart from what cannot be written', async () => {
    await using rig = await Rig.open()
    const { recorder } = rig.deps
    rig.heartbeat.fault = FULL
    await rig.poll()
    expect(recorder).toMatchObject({ unwritten: [FULL], unserved: null })
    recorder.note('http', 'the port is taken')
    expect(recorder).toMatchObject({ unwritten: [FULL], unserved: 'the port is taken' })
    expect(recorder.problems).toEqual([FULL, 'the port is taken'])
    recorder.note('http', null)
    expect(recorder.unserved).toBeNull()
  })

  test('the heartbeat: one that cannot be written is said once, stops nothing, and is written when the disk is back', async () => {
    await using rig = await Rig.open()
    rig.heartbeat.fault = FULL
    await rig.poll()
    await rig.poll()
    await rig.poll()
    expect(rig.isAttached()).toBe(true)
    expect(rig.journal.lines.filter(l => l.level === 'error')).toHaveLength(1)
    expect(rig.deps.recorder.problems).toEqual([FULL])
    rig.heartbeat.fault = null
    await rig.poll()
    expect(rig.heartbeat.beats).toHaveLength(1)
    expect(rig.deps.recorder.problems).toEqual([])
  })
})

describe('the recorder', () => {
  interface Desk {
    readonly recorder: Recorder
    readonly log: LogInMemory
    readonly store: StateInMemory
    readonly notebook: ReturnType<typeof openNotebook>
    readonly writes: number[]
  }

  function desk(): Desk {
    const log = new LogInMemory()
    const store = new StateInMemory()
    const notebook = openNotebook(EMPTY_STATE)
    const writes: number[] = []
    const counted: ActionLog = {
      open: () => log.open(),
      write: async entries => {
        writes.push(entries.length)
        await log.write(entries)
      },
    }
    return { log, store, notebook, writes, recorder: openRecorder(counted, store, notebook, new JournalInMemory()) }
  }

  test('tells whether the state could be saved', async () => {
    const { recorder, store } = desk()
    expect(await recorder.save(true)).toBe(true)
    expect(store.saves).toBe(1)
    store.fault = FULL
    expect(await recorder.save(false)).toBe(false)
  })

  test('tells whether a heartbeat was written', async () => {
    const { recorder } = desk()
    expect(await recorder.heartbeat(async () => true)).toBe(true)
    expect(await recorder.heartbeat(async () => false)).toBe(false)
    expect(await recorder.heartbeat(() => Promise.reject(new NethealError('record', FULL)))).toBe(false)
  })

  test('does not touch the log without a line, unless it owes one', async () => {
    const { recorder, log, writes } = desk()
    await recorder.write([])
    expect(writes).toEqual([])
    log.fault = FULL
    const line = {
      kind: 'warning',
      at: 1,
      container: null,
      network: null,
      code: 'x',
      message: 'x',
      hint: null,
    } as const
    await recorder.write([line])
    log.fault = null
    await recorder.write([])
    expect(writes).toEqual([1, 0])
    expect(log.entries).toEqual([line])
    await recorder.write([])
    expect(writes).toEqual([1, 0])
  })

  test('leaves the state the very same while its problems are, and tells another one', async () => {
    const { recorder, notebook, log } = desk()
    const { state } = notebook
    await recorder.save(false)
    expect(notebook.state).toBe(state)
    recorder.note('http', 'taken')
    log.fault = FULL
    await recorder.write([
      { kind: 'warning', at: 1, container: null, network: null, code: 'x', message: 'x', hint: null },
    ])
    await recorder.save(false)
    const both = notebook.state
    expect(both.problems).toEqual(['taken', FULL])
    await recorder.save(false)
    expect(notebook.state).toBe(both)
    recorder.note('http', 'closed')
    await recorder.save(false)
    expect(notebook.state.problems).toEqual(['closed', FULL])
  })

  test('forgets what was noted when it is over', () => {
    const { recorder } = desk()
    recorder.note('http', 'taken')
    expect(recorder.problems).toEqual(['taken'])
    recorder.note('http', null)
    expect(recorder.problems).toEqual([])
  })

  test('writes down what a pass is about to do, and a problem where it cannot', async () => {
    const { recorder, store } = desk()
    let written = 0
    store.writeIntent = async () => {
      written += 1
      if (written > 1) throw new NethealError('record', FULL)
    }
    await recorder.writeIntent([], [])
    expect([written, recorder.problems]).toEqual([1, []])
    await recorder.writeIntent([], [])
    expect(recorder.problems).toEqual([FULL])
  })

  test('takes no bug of ours for a disk that refuses', async () => {
    const { recorder, store } = desk()
    store.save = () => Promise.reject(new TypeError('a bug'))
    await expect(recorder.save(true)).rejects.toThrow('a bug')
    expect(recorder.problems).toEqual([])
  })
})
