// What every topic of a diagnosis is given: who is asked about, what was seen, and the ports to ask more.
import type { Attachment } from '../core/attachment.ts'
import type { NethealError } from '../core/errors.ts'
import type { Observation } from '../core/observation.ts'
import type { Rule } from '../core/rule.ts'
import type { State } from '../core/state.ts'
import type { Clock, Engine } from '../heal/ports.ts'
import type { Http } from './http-port.ts'
import type { Itself } from './itself-port.ts'
import type {
  EngineJournal,
  HostFiles,
  Inspector,
  MentionsReader,
  MigrationFiles,
  Prover,
  ReachProver,
} from './ports.ts'
import type { Automation } from './rules/automation.ts'
import type { ContainerDetails } from './rules/details.ts'
import type { Finding } from './rules/finding.ts'
import type { Probe, Readiness } from './rules/probe.ts'

/** One container that is asked about. */
export interface Subject {
  /** As the operator and the action log call it. */
  readonly label: string
  /** Null: no such container is there. */
  readonly details: ContainerDetails | null
  /** What the rules ask for it; empty where it was only named on the command line. */
  readonly attachments: readonly Attachment[]
}

/** One look at everything, taken before the topics run; they run side by side and never change anything. */
export interface Context {
  readonly now: number
  /** Null: the engine could not be seen (`engineError` says why). Topics about containers then have nothing to say. */
  readonly look: Observation | null
  /** What the engine or the way to it answered instead of a look. */
  readonly engineError: NethealError | null
  readonly subjects: readonly Subject[]
  readonly rules: readonly Rule[]
  /** What netheal remembers; empty where it never ran. */
  readonly state: State
  readonly engine: Engine
  readonly inspector: Inspector
  readonly mentions: MentionsReader
  readonly prove: Prover
  readonly reach: ReachProver
  /** The engine's own log and the files of this host; null: the engine is another machine's. */
  readonly journal: EngineJournal | null
  readonly files: HostFiles | null
  /** What this host does by itself, read as text; null: the engine is another machine's. */
  readonly automation: (() => Promise<Automation>) | null
  /** What netheal knows of itself on this host. Cheap to ask again. */
  readonly itself: () => Promise<Itself>
  readonly clock: Clock
  readonly readiness: readonly Readiness[]
  readonly http: Http
  readonly probes: readonly Probe[]
  /** Null: the engine is another machine's, and so is the folder. */
  readonly migrations: MigrationFiles | null
}

/**
 * Answers one of the questions of docs/design.md, "Diagnosis". Throws only bugs: what cannot be seen is a finding of
 * verdict `unseen`.
 */
export type TopicAnswer = (context: Context, signal: AbortSignal) => Promise<readonly Finding[]>
