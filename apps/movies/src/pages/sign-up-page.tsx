import { Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useNavigate } from 'react-router'
import { EmailField, PasswordField, rules } from '../components/fields.tsx'
import { FormCard } from '../components/form-card.tsx'
import { Page } from '../components/page.tsx'
import { PageLink } from '../components/page-link.tsx'
import { useSubmit } from '../components/use-submit.ts'
import { type Handover, paths } from '../router/paths.ts'
import { useApplication } from '../router/use-application.ts'

/** Makes an account and leads on to its confirmation. */
export function SignUpPage() {
  const { userPool } = useApplication()
  const navigate = useNavigate()
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: { email: rules.email, password: rules.newPassword },
    transformValues: (values) => ({ ...values, email: values.email.trim() }),
  })
  const submission = useSubmit(form, async ({ email, password }) => {
    const { isConfirmed } = await (await userPool()).signUp({ email, password })
    const state: Handover = { email }
    await navigate(isConfirmed ? paths.signIn : paths.confirm, { state })
  })
  return (
    <Page title="Sign up" size="xs">
      <FormCard submission={submission} submitLabel="Sign up">
        <EmailField key={form.key('email')} {...form.getInputProps('email')} />
        <PasswordField
          autoComplete="new-password"
          description="At least 8 characters, with capital and small letters and a digit"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
      </FormCard>
      <Text size="sm">
        You have an account? <PageLink to={paths.signIn}>Sign in</PageLink>. You have a code?{' '}
        <PageLink to={paths.confirm}>Confirm your address</PageLink>.
      </Text>
    </Page>
  )
}
