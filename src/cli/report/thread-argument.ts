/** The argument that main.ts gets in the thread of a report page, which has no other. */
export const PAGE_THREAD = 'page-thread'
