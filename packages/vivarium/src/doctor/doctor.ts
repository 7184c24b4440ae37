import type { Settings } from '../command/settings.ts'
/** x */
export async function doctor(settings: Settings): Promise<number> {
  return settings.host === '' ? 1 : 0
}
