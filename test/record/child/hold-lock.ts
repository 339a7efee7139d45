// Takes the lock, says so, and stays until it is killed. With `child` it also has a child of its own that outlives it.
import { spawn } from 'node:child_process'
import { acquireLock } from '../../../src/record/lock.ts'

const [directory = '', wants] = process.argv.slice(2)
const lock = await acquireLock({ directory, mode: 'daemon', pid: process.pid, now: 1000 })
const heir = wants === 'child' ? spawn('sleep', ['60'], { stdio: 'ignore', detached: true }) : null
console.log(JSON.stringify({ kind: lock.kind, heir: heir?.pid ?? null }))
process.stdin.resume()
setInterval(() => {}, 60_000)
