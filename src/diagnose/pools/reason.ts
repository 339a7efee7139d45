// Why the app has no pool, by the error that it logged: what is to be done about a wrong password is nothing that helps with a
// name that does not resolve. Null steps: the network and the name come first.

/** The words of PostgreSQL and of its drivers for each, in an error of the app's log. */
const REASONS: readonly { readonly words: RegExp; readonly steps: (database: string) => readonly string[] }[] = [
  {
    words:
      /password authentication failed|InvalidPassword|InvalidAuthorization|no pg_hba\.conf entry|role "[^"]*" does not exist/i,
    steps: database => [
      `the network and the name are fine: ${database} answers, and refuses the user or its password`,
      "compare the app's DATABASE_URL (or PGUSER, PGPASSWORD) with the password of the stack (POSTGRES_PASSWORD; in Coolify: the Environment Variables of both), then Redeploy the app",
    ],
  },
  {
    words: /database "[^"]*" does not exist|InvalidCatalogName/i,
    steps: () => [
      "the server answers, and has no such database: correct the name at the end of the app's DATABASE_URL, then Redeploy the app",
    ],
  },
  {
    words: /too many (?:clients|connections)|TooManyConnections|remaining connection slots/i,
    steps: () => ['the database has no connection left: see "database" in this diagnosis, and what else holds pools'],
  },
  {
    words: /connection refused|ECONNREFUSED|ConnectionRefused|starting up|CannotConnectNow/i,
    steps: database => [
      `the name resolves, and no database listens behind it: docker ps -a --filter name=${database}; docker logs --tail 50 $(docker ps -aq -n 1 -f name=${database})`,
    ],
  },
]

/** @param database the name that the app connects to */
export function stepsFor(logged: string | null, database: string): readonly string[] | null {
  if (logged === null) return null
  return REASONS.find(r => r.words.test(logged))?.steps(database) ?? null
}
