// Takes out of an ELF program what only debuggers read: what lies behind its last loaded byte (symbols, DWARF, and the
// table of sections). The loader goes by the program headers, which stay as they are, and so does every loaded byte.
// Not strip(1): that handles only the machine's own architecture, and each of its versions writes other bytes.

/** Offsets in the header of a 64-bit, little-endian ELF file; both architectures here are that. */
const header = { phoff: 0x20, shoff: 0x28, phentsize: 0x36, phnum: 0x38, shnum: 0x3c, shstrndx: 0x3e, size: 0x40 }
const LOAD = 1

/**
 * A copy without them.
 * @param {Buffer} program
 * @returns {Buffer}
 */
export function withoutSymbols(program) {
  if (program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2 || program[5] !== 1)
    throw new Error('not a 64-bit little-endian ELF program')
  const start = Number(program.readBigUInt64LE(header.phoff))
  const size = program.readUInt16LE(header.phentsize)
  const ends = Array.from({ length: program.readUInt16LE(header.phnum) }, (_, i) => start + i * size)
    .filter(at => program.readUInt32LE(at) === LOAD)
    .map(at => Number(program.readBigUInt64LE(at + 0x08) + program.readBigUInt64LE(at + 0x20)))
  const cut = Buffer.from(program.subarray(0, Math.max(...ends, header.size)))
  cut.writeBigUInt64LE(0n, header.shoff)
  cut.writeUInt16LE(0, header.shnum)
  cut.writeUInt16LE(0, header.shstrndx)
  return cut
}
