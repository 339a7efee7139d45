import type { TopicAnswer } from './context.ts'
import { database } from './database.ts'
import { readiness } from './readiness.ts'
export const a: TopicAnswer = database
export const b: TopicAnswer = readiness
