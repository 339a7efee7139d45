// The argument that main.ts gets in a thread of its own, where it gets no other.
/** The thread of a report page (cli/report/page-thread.ts). */
export const PAGE_THREAD = 'page-thread'
/** The thread that reads what others wrote on this host (cli/scan-thread.ts). */
export const SCAN_THREAD = 'scan-thread'
