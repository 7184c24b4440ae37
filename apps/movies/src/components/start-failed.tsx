import { Button, Container, Stack, Text, Title } from '@mantine/core'

/** The application cannot start: its configuration or its code did not arrive. */
export function StartFailed({ error }: { readonly error: unknown }) {
  return (
    <Container component="main" size="xs" py="xl">
      <title>Movies cannot start</title>
      <Stack role="alert">
        <Title order={1}>Movies cannot start</Title>
        <Text>Its server did not answer as it should. Check your connection, then try again.</Text>
        {error instanceof Error && (
          <Text c="dimmed" size="sm">
            {error.message}
          </Text>
        )}
        <Button onClick={() => globalThis.location.reload()}>Try again</Button>
      </Stack>
    </Container>
  )
}
