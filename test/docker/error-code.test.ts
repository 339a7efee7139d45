// Refusals as engines word them, from 20.10 to 29 and of Podman, each with the code that it gets.
import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/core/errors.ts'
import { codeOfRefusal, missingNetworkIn } from '../../src/docker/error-code.ts'

describe('the code of a refusal', () => {
  test.for<readonly [number, string, ErrorCode]>([
    [400, 'client version 1.41 is too old. Minimum supported API version is 1.44', 'engine-too-old'],
    [400, 'client version 1.53 is too new. Maximum supported API version is 1.52', 'engine-too-old'],
    [400, 'invalid endpoint settings', 'engine-refused'],
    [403, 'authorization denied by plugin opa-docker-authz: request rejected', 'denied'],
    [403, 'endpoint with name pms-backend already exists in network stack', 'endpoint-exists'],
    [403, 'endpoint exists', 'engine-refused'],
    [500, 'container 3cc7 is not connected to network stack', 'not-connected'],
    [500, 'container 3cc7 is not connected to the network stack', 'not-connected'],
    [404, 'endpoint 3cc7 not found', 'not-connected'],
    [403, 'Address already in use', 'address-in-use'],
    [500, 'PermissionDenied desc = network mesh not manually attachable', 'not-attachable'],
    [404, 'No such container: pms-backend', 'unknown-container'],
    [404, 'no container with name or ID "x" found: no such container', 'unknown-container'],
    [404, 'network 4711 not found', 'unknown-network'],
    [404, 'unable to find network with name or ID x: network not found', 'unknown-network'],
    [404, 'network sandbox for container 3cc7 not found', 'not-found'],
    [404, 'page not found', 'not-found'],
    [500, 'Could not attach to network x: rpc error: code = NotFound desc = network x not found', 'engine-refused'],
    [409, 'container 3cc7 is marked for removal and cannot be connected or disconnected', 'engine-refused'],
  ])('the code of a refusal: HTTP %i, %s: %s', ([status, words, code]) => {
    expect(codeOfRefusal(status, words)).toBe(code)
  })
})

describe('the network for want of which a start failed', () => {
  test.for<readonly [string, string | null]>([
    ['', null],
    ['network 0123abcd not found', '0123abcd'],
    ['failed to set up container networking: network 0123abcd not found', '0123abcd'],
    ['failed to create task: exec: "app": executable file not found in $PATH', null],
    ['network sandbox for container 3cc7 not found', null],
  ])('the network that a failed start wanted: %j: %s', ([error, network]) => {
    expect(missingNetworkIn(error)).toBe(network)
  })
})
