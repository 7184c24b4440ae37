import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The build: static files for any web server. `npm run dev` serves them from their sources. */
export default defineConfig({
  plugins: [react()],
  // amazon-cognito-identity-js bundles a `buffer` that asks for Node's name of the global object.
  define: { global: 'globalThis' },
  build: {
    target: 'es2022',
    // The polyfill would be an inline script in the page, which the content security policy forbids.
    modulePreload: { polyfill: false },
  },
  // A running `vivarium start` answers what the built application would find on its own server.
  server: {
    proxy: Object.fromEntries(
      ['/config.json', '/_vivarium'].map((path) => [
        path,
        process.env.VIVARIUM_WEB ?? 'http://127.0.0.1:3000',
      ]),
    ),
  },
})
