import { Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { type SignInAnswer, signIn } from '../application/sign-in.ts'
import { EmailField, PasswordField, rules } from '../components/fields.tsx'
import { FormCard } from '../components/form-card.tsx'
import { Notice } from '../components/notice.tsx'
import { Page } from '../components/page.tsx'
import { PageLink } from '../components/page-link.tsx'
import { useSubmit } from '../components/use-submit.ts'
import { type Handover, handoverOf, paths } from '../router/paths.ts'
import { useApplication } from '../router/use-application.ts'
import { useSessionState } from '../router/use-session-state.ts'
import type { EndReason } from '../session/session.ts'
import { codeOf } from '../words/problem.ts'
import { FirstPassword } from './first-password.tsx'

type NewPasswordRequired = Extract<SignInAnswer, { kind: 'newPasswordRequired' }>

const endings: Readonly<Record<EndReason, string>> = {
  signedOut: 'You are signed out.',
  signedOutElsewhere: 'You signed out in another tab.',
  ended:
    'Your session has ended: it was too old, or it was signed out on another device. Sign in to go on where you were.',
}

/** Proves who one is; the layout around it leads on as soon as the session has begun. */
export function SignInPage() {
  const [question, setQuestion] = useState<NewPasswordRequired>()
  return question ? (
    <FirstPassword setNewPassword={(password) => question.setNewPassword(password)} />
  ) : (
    <SignInForm onNewPasswordRequired={setQuestion} />
  )
}

function SignInForm({
  onNewPasswordRequired,
}: {
  readonly onNewPasswordRequired: (question: NewPasswordRequired) => void
}) {
  const application = useApplication()
  const navigate = useNavigate()
  const handover = handoverOf(useLocation().state)
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: handover.email ?? '', password: '' },
    validate: { email: rules.email, password: rules.password },
    transformValues: (values) => ({ ...values, email: values.email.trim() }),
  })
  const [hasTried, setHasTried] = useState(false)
  const submission = useSubmit(form, async (account) => {
    setHasTried(true)
    try {
      const answer = await signIn(application, account)
      if (answer.kind === 'newPasswordRequired') onNewPasswordRequired(answer)
    } catch (error) {
      const next = elsewhere(codeOf(error), account.email)
      if (!next) throw error
      await navigate(next.path, { state: next.state })
    }
  })
  return (
    <Page title="Sign in" size="xs">
      {!hasTried && <SignInNotice notice={handover.notice} />}
      <FormCard submission={submission} submitLabel="Sign in">
        <EmailField key={form.key('email')} {...form.getInputProps('email')} />
        <PasswordField
          autoComplete="current-password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
      </FormCard>
      <Stack gap="xs">
        <PageLink to={paths.forgotPassword} state={{ email: form.getValues().email }}>
          Forgot your password?
        </PageLink>
        <Text size="sm">
          You have no account? <PageLink to={paths.signUp}>Sign up</PageLink>.
        </Text>
      </Stack>
    </Page>
  )
}

function SignInNotice({ notice }: { readonly notice: string | undefined }) {
  const state = useSessionState()
  const ending =
    state.kind === 'signedOut' && state.reason !== undefined ? endings[state.reason] : undefined
  const text = notice ?? ending
  return text === undefined ? undefined : <Notice>{text}</Notice>
}

/** Where an account that cannot sign in yet has to go first. */
function elsewhere(
  code: string,
  email: string,
): { readonly path: string; readonly state: Handover } | undefined {
  switch (code) {
    case 'UserNotConfirmedException':
      return {
        path: paths.confirm,
        state: {
          email,
          notice: `${email} is not confirmed yet. Enter the code that was sent to it, or ask for a new one.`,
        },
      }
    case 'PasswordResetRequiredException':
      return {
        path: paths.newPassword,
        state: { email, notice: 'This account needs a new password. A code was sent to you.' },
      }
    default:
      return undefined
  }
}
