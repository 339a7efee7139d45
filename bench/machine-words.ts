// What kind of machine the figures come from, as data and in words. Pure; machine.ts asks for it. No names of machines.

export interface Machine {
  readonly cores: number
  readonly memoryGiB: number
  readonly platform: string
  readonly node: string
  /** Null where no row needed one. */
  readonly engine: EngineWords | null
  /** What ran beside: the load of the last minute when the run began, for each core. */
  readonly loadPerCore: number
}

export interface EngineWords {
  readonly version: string
  readonly apiVersion: string
  readonly storageDriver: string
  /** True for a private one that was started for this run. */
  readonly own: boolean
}

/** One to three lines. */
export function machineWords(machine: Machine, quick: boolean): readonly string[] {
  const { cores, memoryGiB, platform, node, engine, loadPerCore } = machine
  const parts = [
    `${cores} cores, ${memoryGiB} GiB, ${platform}`,
    `Node ${node}`,
    ...(engine === null
      ? []
      : [
          `Docker Engine ${engine.version} (API ${engine.apiVersion}, ${engine.storageDriver}${engine.own ? ', private' : ''})`,
        ]),
    `load at the start ${loadPerCore.toFixed(1)} a core`,
  ]
  return [
    parts.join(' · '),
    ...(loadPerCore > 0.5
      ? ['Others were at work on this machine: every figure with a time in it is worse for that.']
      : []),
    ...(quick ? ['--quick: so few runs prove that it works, not how fast it is.'] : []),
  ]
}
