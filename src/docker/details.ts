// An inspect, whole, in our own words. What may hold secrets (the environment) is left where it is.

import { isUp } from '../core/world.ts'
import type { ContainerDetails } from '../diagnose/rules/details.ts'
import { labelsOf, object, optionalObject, optionalText } from './json.ts'
import { containerOfInspect, nameOf, timeOf } from './translate.ts'

/** `GET /containers/{id}/json`. Throws NethealError `engine-unreachable` for what is no inspect. */
export function detailsOfInspect(value: unknown): ContainerDetails {
  const { id, status, image, run } = containerOfInspect(value)
  const json = object(value, 'container')
  const state = object(json.State, 'container state')
  const host = optionalObject(json.HostConfig)
  const health = optionalText(optionalObject(state.Health).Status)
  const policy = optionalText(optionalObject(host.RestartPolicy).Name)
  return {
    id,
    name: nameOf(json.Name),
    image,
    imageId: optionalText(json.Image),
    createdAt: timeOf(json.Created) ?? 0,
    startedAt: run?.startedAt ?? null,
    finishedAt: run?.finishedAt ?? null,
    status,
    // Docker's own `Running` is true in crash back-off, too, where there is no process.
    running: isUp(status),
    exitCode: run?.exitCode ?? 0,
    error: run?.error ?? '',
    missingNetwork: run?.missingNetwork ?? null,
    oomKilled: state.OOMKilled === true,
    restartCount: run?.restartCount ?? 0,
    restartPolicy: policy === '' ? 'no' : policy,
    labels: labelsOf(optionalObject(json.Config).Labels),
    argv: [optionalText(json.Path), ...textsOf(json.Args)].filter(word => word !== ''),
    logDriver: optionalText(optionalObject(host.LogConfig).Type),
    health: health === '' || health === 'none' ? null : health,
    addresses: addressesOf(json.NetworkSettings),
  }
}

function addressesOf(settings: unknown): Readonly<Record<string, string>> {
  const networks = Object.entries(optionalObject(optionalObject(settings).Networks))
  const addresses = networks.map(([network, value]): [string, string] => {
    const { IPAddress, GlobalIPv6Address } = optionalObject(value)
    return [network, optionalText(IPAddress) || optionalText(GlobalIPv6Address)]
  })
  return Object.fromEntries(addresses.filter(([, address]) => address !== ''))
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(v => typeof v === 'string') : []
}
