// The state file as the healer sees it: nobody else keeps anything in it.
import type { State } from '../../src/core/state.ts'
import type { StateStore } from '../../src/heal/ports.ts'
import { type Loaded, openState } from '../../src/record/state.ts'
import { EMPTY } from '../../src/record/state-shape.ts'

export interface HealerStore extends StateStore {
  load(): Promise<{ readonly state: State; readonly note: Loaded['note'] }>
}

export function openHealerStore(options: { readonly directory: string }): HealerStore {
  const file = openState(options)
  return {
    async load() {
      const { state, note } = await file.load()
      return { state, note }
    },
    save: (state, durable) => file.save({ ...EMPTY, state }, durable),
    writeIntent: (intent, state) => file.writeIntent(intent, { ...EMPTY, state }),
  }
}
