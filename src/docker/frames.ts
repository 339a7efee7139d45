// The output of an exec without a terminal: frames of 8 bytes of header (stream, 0, 0, 0, length) and a payload.

/** The payloads of stdout and stderr, as text. What is no frame is taken as it is (a proxy may have unframed it). */
export function unframed(raw: Buffer): string {
  const parts: Buffer[] = []
  let at = 0
  while (at + 8 <= raw.length) {
    const kind = raw[at]
    if (kind === undefined || kind > 2 || raw[at + 1] !== 0 || raw[at + 2] !== 0 || raw[at + 3] !== 0) break
    const length = raw.readUInt32BE(at + 4)
    parts.push(raw.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  if (at < raw.length && at === 0) return raw.toString('utf8')
  return Buffer.concat(parts).toString('utf8')
}
