// What becomes of containers when a script stops or restarts a unit of this host: what that unit starts is started anew.
import type { ScriptCall } from './call.ts'
import type { HostDisk } from './disk.ts'
import { NO_SURROUNDINGS, readScript, type ScriptReading } from './script.ts'
import { settingsIn, valuesOf } from './unit-file.ts'

/** Where people put units; those of a distribution run no container of theirs. */
const FOLDERS = ['/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system']
/** Nobody restarts more in one script. */
const MOST_UNITS = 20

export async function callsOfUnits(units: ScriptReading['units'], disk: HostDisk): Promise<readonly ScriptCall[]> {
  const found: ScriptCall[] = []
  const known = new Map<string, readonly ScriptCall[]>()
  for (const { unit, ...place } of units) {
    if (!known.has(unit) && known.size >= MOST_UNITS) continue
    const own = known.get(unit) ?? (await callsOf(unit, disk))
    known.set(unit, own)
    for (const call of own) found.push({ ...call, ...place, command: stopped(call.command) })
  }
  return found
}

/** A container that runs is stopped with its unit, and started with it. */
function stopped(command: ScriptCall['command']): ScriptCall['command'] {
  return command === 'start' || command === 'run' ? 'restart' : command === 'compose-up' ? 'compose-restart' : command
}

/** Of its own commands, and of a script that one of these runs. */
async function callsOf(unit: string, disk: HostDisk): Promise<readonly ScriptCall[]> {
  const around = { ...NO_SURROUNDINGS, args: [] }
  for (const folder of FOLDERS) {
    const text = await disk.read(`${folder}/${unit}`)
    if (text === null) continue
    const found: ScriptCall[] = []
    for (const { value } of valuesOf(settingsIn(unit, text), 'ExecStart')) {
      const { calls, runs } = readScript(value.replace(/^[@:!+-]+/, ''), around)
      found.push(...calls)
      for (const { path, args } of runs.slice(0, 1)) {
        const script = path.startsWith('/') ? await disk.read(path) : null
        if (script !== null) found.push(...readScript(script, { ...around, file: path, args }).calls)
      }
    }
    return found
  }
  return []
}
