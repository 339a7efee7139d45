// One entry of `attachments` as it is written in the file. What it becomes is a `Rule` of the core (finish.ts).
import * as z from 'zod/mini'
import { containers, network } from './selectors.ts'
import { hostFault, withPort } from './host.ts'
import { duration, flag, text, whole, word } from './values.ts'
