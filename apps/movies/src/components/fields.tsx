import {
  PasswordInput,
  type PasswordInputProps,
  TextInput,
  type TextInputProps,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'

/** An account's address, in the form that password managers know. */
export function EmailField(props: TextInputProps) {
  return (
    <TextInput
      label="E-mail address"
      type="email"
      autoComplete="username"
      inputMode="email"
      autoCapitalize="none"
      spellCheck={false}
      required
      {...props}
    />
  )
}

/** A password; `new-password` lets the browser propose a strong one. */
export function PasswordField({
  label = 'Password',
  ...props
}: PasswordInputProps & { readonly autoComplete: 'current-password' | 'new-password' }) {
  const [isVisible, { toggle }] = useDisclosure()
  return (
    <PasswordInput
      label={label}
      required
      visible={isVisible}
      onVisibilityChange={toggle}
      visibilityToggleButtonProps={{
        'aria-label': isVisible ? 'Hide the password' : 'Show the password',
        tabIndex: 0,
      }}
      {...props}
    />
  )
}

/** A code from a message. */
export function CodeField(props: TextInputProps) {
  return (
    <TextInput
      label="Code"
      description="The digits in the message to your address"
      inputMode="numeric"
      autoComplete="one-time-code"
      required
      {...props}
    />
  )
}

/** Rules that can be told without the server. */
export const rules = {
  email: (value: string) => (/^\S+@\S+$/.test(value.trim()) ? null : 'Enter your e-mail address.'),
  password: (value: string) => (value === '' ? 'Enter your password.' : null),
  newPassword: (value: string) => (value === '' ? 'Choose a password.' : null),
  code: (value: string) => (/^\d+$/.test(value.trim()) ? null : 'Enter the digits of the code.'),
}
