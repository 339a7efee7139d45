// pino-roll 4.0.0 has no types. What is used of it here, and of sonic-boom 4.2.1, whose stream it hands out.
declare module 'pino-roll' {
  interface RollOptions {
    readonly file: string
    /** `'1024b'`: without a unit it would be MiB. */
    readonly size: string
    /** With `removeOtherLogFiles` the count takes in the file that is written, and files of earlier processes. */
    readonly limit: { readonly count: number; readonly removeOtherLogFiles: true }
    readonly sync: true
    readonly mode: number
    readonly retryEAGAIN: () => boolean
  }

  /** Emits `error`, `drain`, `close` and, when old files are removed after rolling, `cleanup-complete`. */
  export interface RollStream extends NodeJS.EventEmitter {
    readonly fd: number
    readonly file: string
    write(text: string): boolean
    destroy(): void
  }

  export default function roll(options: RollOptions): Promise<RollStream>
}
