// The page at `/`: a shell without data. It asks the person for a key and gets everything else through the API.

import { readFileSync } from 'node:fs'
import type { Config } from '@parkpulse/host'
import type { App } from '../app-type.ts'

const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
] as const

export const pageRoutes = ({ lang }: Pick<Config, 'lang'>) =>
  async function plugin(app: App): Promise<void> {
    for (const [url, file, type] of FILES) {
      const text = readFileSync(new URL(`../page/${file}`, import.meta.url), 'utf8').replace(
        '<html lang="vi">',
        `<html lang="${lang}">`,
      )
      app.get(url, { schema: { hide: true } }, (_request, reply) =>
        reply.type(type).header('cache-control', 'no-cache').send(text),
      )
    }
  }
