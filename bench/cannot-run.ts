// A row needs something that this machine does not have: it is not run, and says why. That is not a failure.

export class CannotRun extends Error {
  override readonly name = 'CannotRun'
}
