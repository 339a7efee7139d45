// All questions of docs/design.md, "Diagnosis", each by the file that answers it.
import { automation } from './automation/automation.ts'
import { database } from './database/database.ts'
import type { Topics } from './diagnose.ts'
import { itself } from './itself/itself.ts'
import { loops } from './loops.ts'
import { networks } from './networks/networks.ts'
import { pools } from './pools/pools.ts'
import { readiness } from './readiness/readiness.ts'
import { restarts } from './restarts/restarts.ts'

export const topics: Topics = { networks, restarts, pools, readiness, automation, loops, database, netheal: itself }
