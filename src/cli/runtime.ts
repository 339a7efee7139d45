// Is this Node new enough? An older one would fail somewhere later, in what looks like a bug of ours.

/**
 * What to tell the user, null for nothing.
 * @param version as `process.versions.node`: `24.21.0`
 * @param engines as in package.json: `>=22.12`; anything else asks for nothing
 */
export function runtimeFault(version: string, engines: string): string | null {
  const [, least] = /^>=\s*(\d+(?:\.\d+)*)/.exec(engines) ?? []
  if (least === undefined) return null
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return null
  return `netheal: Node ${least} or later is needed; this is ${version}\n  netheal's packages bring their own Node\n`
}
