import { Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useLocation, useNavigate } from 'react-router'
import { EmailField, rules } from '../components/fields.tsx'
import { FormCard } from '../components/form-card.tsx'
import { Page } from '../components/page.tsx'
import { PageLink } from '../components/page-link.tsx'
import { useSubmit } from '../components/use-submit.ts'
import { type Handover, handoverOf, paths } from '../router/paths.ts'
import { useApplication } from '../router/use-application.ts'

/** Sends a code with which a new password can be set. */
export function ForgotPasswordPage() {
  const { userPool } = useApplication()
  const navigate = useNavigate()
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: handoverOf(useLocation().state).email ?? '' },
    validate: { email: rules.email },
    transformValues: ({ email }) => ({ email: email.trim() }),
  })
  const submission = useSubmit(form, async ({ email }) => {
    await (await userPool()).forgotPassword(email)
    // The pool does not say whether there is such an account, and neither do we.
    const notice = `If ${email} has an account, a code was sent to it.`
    const state: Handover = { email, notice }
    await navigate(paths.newPassword, { state })
  })
  return (
    <Page title="Forgot your password?" size="xs">
      <Text>Enter your address. A code is sent to it with which you can set a new password.</Text>
      <FormCard submission={submission} submitLabel="Send a code">
        <EmailField key={form.key('email')} {...form.getInputProps('email')} />
      </FormCard>
      <Text size="sm">
        You have a code? <PageLink to={paths.newPassword}>Set a new password</PageLink>. You know it
        after all? <PageLink to={paths.signIn}>Sign in</PageLink>.
      </Text>
    </Page>
  )
}
