// What the engine answers when it will not: a status and Docker's own text. Thrown anywhere below the HTTP layer, which
// turns it into `{"message": ...}`. Anything else that is thrown is a bug of the simulator.

export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'Refusal'
    this.status = status
  }
}

/** 304: nothing to do, as a start of a running container. */
export class NotModified extends Refusal {
  constructor() {
    super(304, '')
  }
}

export function noSuchContainer(reference: string): Refusal {
  return new Refusal(404, `No such container: ${reference}`)
}

export function noSuchNetwork(reference: string): Refusal {
  return new Refusal(404, `network ${reference} not found`)
}
