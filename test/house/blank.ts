// Blanks out what is not code: the house rules look for words, and a word in a comment or a text is not a use.

/** After these characters (or a keyword) a slash begins a regular expression; else it divides. */
const BEFORE_EXPRESSION = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|=>|\b(?:return|typeof|case|in|of|do|else|void|delete))\s*$/
const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|[`{}/]/g
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y

/** Same length, same lines; comments, texts and regular expressions replaced by blanks, but quotes left standing. */
export const blank = (text: string): string => {
  const parts: string[] = []
  // Braces that are open; true where the brace belongs to a `${` of a template.
  const open: boolean[] = []
  let at = 0
  const keep = (until: number): void => {
    parts.push(text.slice(at, until))
    at = until
  }
  const drop = (until: number): void => {
    parts.push(text.slice(at, until).replaceAll(/[^\n]/g, ' '))
    at = until
  }
  const dropTemplateText = (): void => {
    drop(endOf(TEMPLATE_TEXT, text, at))
    if (text[at] === '$') open.push(true)
    keep(Math.min(text.length, at + (text[at] === '$' ? 2 : 1)))
  }
  for (let token = next(text, at); token !== undefined; token = next(text, at)) {
    const [found] = token
    keep(token.index)
    if (found === '`') {
      keep(at + 1)
      dropTemplateText()
    } else if (found === '{' || found === '}') {
      keep(at + 1)
      if (found === '{') open.push(false)
      else if (open.pop() === true) dropTemplateText()
    } else if (found === '/') {
      const expression = BEFORE_EXPRESSION.test(parts.join('').slice(-40)) ? endOf(REGULAR_EXPRESSION, text, at) : at
      drop(Math.max(expression, at))
      if (expression === at) keep(at + 1)
    } else if (found.startsWith('/')) {
      drop(at + found.length)
    } else {
      keep(at + 1)
      drop(at + found.length - 2)
      keep(at + 1)
    }
  }
  keep(text.length)
  return parts.join('')
}

const next = (text: string, from: number): RegExpExecArray | undefined => {
  TOKEN.lastIndex = from
  return TOKEN.exec(text) ?? undefined
}

const endOf = (sticky: RegExp, text: string, at: number): number => {
  sticky.lastIndex = at
  return sticky.exec(text) === null ? at : sticky.lastIndex
}
