// pino-roll 4.0.0 has no types. What is used of it here, and of sonic-boom 4.2.1, whose stream it hands out.
declare module 'pino-roll' {
  interface RollOptions {
    readonly file: string
    /** Handed on to sonic-boom, which then opens nothing, and does not know the name: set `file` on the stream. */
    readonly fd: number
    /** `'1024b'`: without a unit it would be MiB. */
    readonly size: string
    /** With `removeOtherLogFiles` the count takes in the file that is written, and files of earlier processes. */
    readonly limit: { readonly count: number; readonly removeOtherLogFiles: true }
    readonly sync: true
    readonly retryEAGAIN: () => boolean
  }

  /** Emits `error`, `drain`, `close` and, when old files are removed after rolling, `cleanup-complete`. */
  export interface RollStream extends NodeJS.EventEmitter {
    fd: number
    file: string
    /** Called to go over to the next file. */
    reopen(file: string): void
    write(text: string): boolean
    destroy(): void
  }

  export default function roll(options: RollOptions): Promise<RollStream>
}
