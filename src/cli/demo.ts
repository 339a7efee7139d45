import type { ExitCode, Host } from './host.ts'
import type { CommonFlags } from './program.ts'
export async function demo(_host: Host, _flags: CommonFlags): Promise<ExitCode> { return 1 }
