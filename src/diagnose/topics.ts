// All questions of DESIGN 10, each by the file that answers it.
import { automation } from './automation.ts'
import { database } from './database.ts'
import type { Topics } from './diagnose.ts'
import { itself } from './itself.ts'
import { loops } from './loops.ts'
import { networks } from './networks.ts'
import { pools } from './pools.ts'
import { readiness } from './readiness.ts'
import { restarts } from './restarts.ts'

export const topics: Topics = { networks, restarts, pools, readiness, automation, loops, database, netheal: itself }
