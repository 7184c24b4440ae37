/** The development mailbox as a page: readable without a style sheet, alive without a reload. */
import type { DeliveredMessage } from '@vivarium/user-pools'

/** The page. Messages come newest first. */
export function mailboxPage(messages: readonly DeliveredMessage[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<title>${messages.length === 0 ? 'Mailbox' : `Mailbox (${messages.length})`}</title>
<style>${style}</style>
<script type="module" src="/_vivarium/mailbox.js"></script>
</head>
<body>
<header>
<h1>Mailbox</h1>
<p>Messages that Vivarium would have sent. They are kept in memory, until it stops.</p>
</header>
<main aria-live="polite">
${messages.length === 0 ? empty : `<ol>\n${messages.map(article).join('\n')}\n</ol>`}
</main>
</body>
</html>
`
}

/**
 * Looks for messages every two seconds and shows what changed. Only `main` is replaced, and only then,
 * so that a screen reader hears of new messages and a selection outlives the quiet ones.
 */
export const mailboxScript = `const look = async () => {
  try {
    const response = await fetch('/_vivarium/mailbox', { headers: { accept: 'text/html' } })
    if (!response.ok) return
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
    const main = document.querySelector('main')
    const next = fresh.querySelector('main')
    if (main.innerHTML === next.innerHTML) return
    main.innerHTML = next.innerHTML
    document.title = fresh.title
  } catch {
    // Vivarium has stopped; it may start again.
  }
}
setInterval(() => { if (!document.hidden) void look() }, 2000)
document.addEventListener('visibilitychange', () => { if (!document.hidden) void look() })
`

const empty = `<p class="empty">No messages yet. Sign up, and the confirmation code arrives here.</p>`

function article({ to, subject, body, code, sentAt }: DeliveredMessage): string {
  const time = sentAt.replace('T', ' ').replace(/\..*/, ' UTC')
  return `<li><article>
<h2>${escapeHtml(subject === '' ? 'Text message' : subject)}</h2>
<p class="meta">to <strong>${escapeHtml(to)}</strong> <time datetime="${escapeHtml(sentAt)}">${escapeHtml(time)}</time></p>
<p class="code"><span>Code</span> <code>${escapeHtml(code)}</code></p>
<p class="body">${escapeHtml(textOf(body))}</p>
</article></li>`
}

/** A message's HTML as text: templates may hold anything, and none of it runs here. */
function textOf(html: string): string {
  return html
    .replace(/<br\s*\/?>|<\/p>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .trim()
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `
:root { font: 1rem/1.5 system-ui, sans-serif; color: #1c2128; background: #f5f6f8 }
body { max-width: 42rem; margin: 0 auto; padding: 2rem 1rem }
h1 { margin: 0; font-size: 1.5rem }
header p, .meta, .empty { color: #57606a }
header p { margin: .25rem 0 1.5rem }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem }
article { background: #fff; border: 1px solid #d0d7de; border-radius: .5rem; padding: 1rem 1.25rem }
h2 { margin: 0; font-size: 1.05rem }
.meta { margin: .15rem 0 .75rem; font-size: .9rem; overflow-wrap: anywhere }
.meta strong { font-weight: 600; color: inherit }
time { white-space: nowrap; margin-left: .5rem }
.code { margin: 0 }
.code span { color: #57606a; font-size: .9rem; margin-right: .5rem }
code { font: 600 1.5rem/1.2 ui-monospace, monospace; letter-spacing: .08em; user-select: all; overflow-wrap: anywhere }
.body { margin: .75rem 0 0; white-space: pre-line; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  :root { color: #e6edf3; background: #0d1117 }
  article { background: #161b22; border-color: #30363d }
  header p, .meta, .empty, .code span { color: #9da7b3 }
}
`
