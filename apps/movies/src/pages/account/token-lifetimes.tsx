import { Button, Group, Text } from '@mantine/core'
import { useInterval } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { ProblemAlert } from '../../components/problem-alert.tsx'
import { useTask } from '../../components/use-submit.ts'
import { useApplication } from '../../router/use-application.ts'
import { useSessionState } from '../../router/use-session-state.ts'
import { timeLeft } from '../../words/time-left.ts'
import { Facts } from './facts.tsx'

const retryMs = 5_000

/**
 * How long each token lives. Once the access is over, the next query renews it anyhow; here one waits and
 * watches, so that it is renewed at once.
 */
export function TokenLifetimes() {
  const { session, config } = useApplication()
  const nowMs = useNowMs()
  const { isBusy, problem, run } = useTask()
  const state = useSessionState()
  const renewedAtMs = useChangedAtMs(
    state.kind === 'signedIn' ? state.accessExpiresAtMs : undefined,
  )
  const { accessExpiresAtMs = 0, refreshExpiresAtMs } =
    state.kind === 'signedIn' ? state : { refreshExpiresAtMs: undefined }
  const accessLeft = timeLeft(accessExpiresAtMs, nowMs) ?? 'over, being renewed'
  const isOver = accessExpiresAtMs <= nowMs

  // Whatever fails is tried again; a query of the person's own says what is wrong.
  const attempt = isOver ? Math.floor(nowMs / retryMs) : undefined
  useEffect(() => {
    if (attempt !== undefined) session.query(async () => undefined).catch(() => undefined)
  }, [attempt, session])

  return (
    <>
      {config.dataApiSecret === 'id-token' ? (
        <Facts
          facts={[
            ['ID token', accessLeft],
            ['Ends at', new Date(accessExpiresAtMs).toLocaleTimeString()],
            ['Renewed by', 'the user pool, where it comes from'],
          ]}
        />
      ) : (
        <Facts
          facts={[
            ['Access token', accessLeft],
            [
              'Refresh token',
              refreshExpiresAtMs === undefined
                ? 'none: you are signed in anew instead'
                : (timeLeft(refreshExpiresAtMs, nowMs) ?? 'over, you are signed in anew instead'),
            ],
          ]}
        />
      )}
      {problem !== undefined && <ProblemAlert>{problem}</ProblemAlert>}
      <Group>
        <Button variant="default" loading={isBusy} onClick={() => run(() => session.renew())}>
          Refresh now
        </Button>
        <Text size="sm" role="status">
          {renewedAtMs !== undefined && `Renewed at ${new Date(renewedAtMs).toLocaleTimeString()}.`}
        </Text>
      </Group>
    </>
  )
}

function useNowMs(): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useInterval(() => setNowMs(Date.now()), 1000, { autoInvoke: true })
  return nowMs
}

/** When the value last became another one, while this was looking. */
function useChangedAtMs(value: number | undefined): number | undefined {
  const [seen, setSeen] = useState<{ value: number | undefined; atMs?: number }>({ value })
  if (value !== undefined && value !== seen.value) setSeen({ value, atMs: Date.now() })
  return seen.atMs
}
