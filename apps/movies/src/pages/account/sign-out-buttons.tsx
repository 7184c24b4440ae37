import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { signOut, signOutEverywhere } from '../../application/sign-out.ts'
import { ProblemAlert } from '../../components/problem-alert.tsx'
import { useTask } from '../../components/use-submit.ts'
import { useApplication } from '../../router/use-application.ts'

/** Out of this browser, or out of all; the layout around them leads to the sign-in page. */
export function SignOutButtons() {
  const application = useApplication()
  const here = useTask()
  const everywhere = useTask()
  const problem = here.problem ?? everywhere.problem
  const onSignOut = async (): Promise<void> => {
    const { isComplete } = await signOut(application)
    if (isComplete) return
    notifications.show({
      color: 'red',
      autoClose: false,
      title: 'Signed out in this browser only',
      message:
        'The server could not be told. If somebody may have copied your session, sign in again and sign out everywhere.',
    })
  }
  return (
    <>
      {problem !== undefined && <ProblemAlert>{problem}</ProblemAlert>}
      <Text size="sm">
        {application.config.dataApiSecret === 'id-token'
          ? 'Signing out ends this session, and signing out everywhere ends all of yours, on every device: no new ID tokens are made. One that somebody has copied opens the database until its time is over.'
          : 'Signing out ends this session and its tokens. Signing out everywhere ends all of yours, on every device.'}
      </Text>
      <Group>
        <Button
          loading={here.isBusy}
          disabled={everywhere.isBusy}
          onClick={() => here.run(onSignOut)}
        >
          Sign out
        </Button>
        <Button
          variant="default"
          loading={everywhere.isBusy}
          disabled={here.isBusy}
          onClick={() => everywhere.run(() => signOutEverywhere(application))}
        >
          Sign out everywhere
        </Button>
      </Group>
    </>
  )
}
