/** A container and a network that netheal connected it to, by their ids. */
export interface Connected {
  readonly containerId: string
  readonly networkId: string
}
