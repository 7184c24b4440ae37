import { collectionOf, isAllowed, mayRead } from '../model/authorization.ts'
import type { DatabaseView } from '../model/database-view.ts'
import type { StreamEvent } from './events.ts'

/** Whether a caller may be told of an event (data-model §10.3). */
export function maySee(view: DatabaseView, event: StreamEvent): boolean {
  const { ref } = event
  switch (event.type) {
    case 'version':
      return mayRead(view, ref)
    case 'history_rewrite':
      return isAllowed(view, 'history_read', collectionOf(ref), () => ref)
    case 'set': {
      const { entry } = event
      if (entry === undefined) {
        const isOpen = isAllowed(view, 'unrestricted_read', collectionOf(ref), () => null)
        return isOpen || mayRead(view, ref)
      }
      const may = (action: 'read' | 'unrestricted_read') =>
        isAllowed(view, action, entry.index.ref, () => entry.terms)
      return may('unrestricted_read') || (may('read') && mayRead(view, ref))
    }
  }
}
