// Records and heartbeat: a disk that refuses stops no healing, is said once, and everything resumes with it.
import { describe, expect, test } from 'vitest'
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
    await rig.pass({ kind: 'full' })
    await rig.pass({ kind: 'full' })
    expect(rig.heartbeat.beats).toMatchObject([{ well: true, text: `${APP} healthy` }])
    rig.clock.advance(86_400_000)
    await rig.pass()
    expect(rig.heartbeat.beats).toHaveLength(2)
  })

  test('the heartbeat: none by a pass that could not see', async () => {
    await using rig = await Rig.open()
    const fault = rig.simulator.faults.fail()
    await expect(rig.pass()).rejects.toThrow()
    expect(rig.heartbeat.beats).toEqual([])
    fault.clear()
    await rig.pass()
    expect(rig.heartbeat.beats).toHaveLength(1)
  })

  test('the heartbeat: it says what is not well', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ containers: [APP, WORKER, 'absent'] })] })
    await rig.simulator.stopContainer(WORKER, 0)
    await rig.pass()
    expect(rig.heartbeat.beats).toMatchObject([
      { well: false, text: `${WORKER} is stopped; absent is missing; attached: ${APP}` },
    ])
  })

  test('the heartbeat: what was noted of the page is told apart from what cannot be written', async () => {
    await using rig = await Rig.open()
    const { recorder } = rig.deps
    rig.heartbeat.fault = FULL
    await rig.pass()
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
    await rig.pass()
    await rig.pass()
    await rig.pass()
    expect(rig.isAttached()).toBe(true)
    expect(rig.journal.lines.filter(l => l.level === 'error')).toHaveLength(1)
    expect(rig.deps.recorder.problems).toEqual([FULL])
    rig.heartbeat.fault = null
    await rig.pass()
    expect(rig.heartbeat.beats).toHaveLength(1)
    expect(rig.deps.recorder.problems).toEqual([])
  })
})
