// The page: asks for a key, then shows what is live. Everything it knows comes through the API with that key.

const STALE_MS = 5_000
const LOOK_MS = 5_000
const METERS_SHOWN_MAX = 500
const COUNTS = ['received', 'stored', 'repeated', 'conflicting', 'rejected', 'refused', 'pending']

/** name|Vietnamese|English */
const words = new Map(
  `key|Khóa API (tệp admin.key)|API key (file admin.key)
enter|Vào xem|Enter
leave|Thoát|Leave
language|English|Tiếng Việt
wrong|Khóa không đúng.|This key does not fit.
alerts|Cảnh báo đang xảy ra|Alerts firing
none|Không có cảnh báo.|No alerts.
ledger|Sổ dữ liệu 24 giờ|Ledger of 24 hours
meters|Đồng hồ đo|Meters
meter|Đồng hồ|Meter
values|Giá trị cuối|Last values
age|Tuổi|Age
rate|số đọc/giây|readings/s
stale|Mất tín hiệu từ|Stale since
joining|đang kết nối …|connecting …
since|từ|since
balanced|sổ cân đối|balanced
unbalanced|SỔ KHÔNG CÂN ĐỐI|NOT BALANCED
received|đã nhận|received
stored|đã lưu|stored
repeated|lặp lại|repeated
conflicting|mâu thuẫn|conflicting
rejected|không đọc được|rejected
refused|không hợp lệ|refused
pending|chờ đăng ký|pending`
    .split('\n')
    .map((line) => line.split('|'))
    .map(([name, vi, en]) => [name, { vi, en }]),
)

const at = (id) => document.getElementById(id)
let language = sessionStorage.getItem('language') ?? document.documentElement.lang
let key = sessionStorage.getItem('key') ?? ''
let heardAt = 0
let readings = 0
let meters = new Map()
let leaving = new AbortController()

const word = (name) => words.get(name)[language]
const time = (instant) => new Date(instant).toLocaleTimeString(language)
const number = (value) => value.toLocaleString(language, { maximumFractionDigits: 3 })

function make(tag, text, ...children) {
  const made = document.createElement(tag)
  made.append(text, ...children)
  return made
}

async function ask(path) {
  const answer = await fetch(`/api/v1/${path}`, { headers: { authorization: `Bearer ${key}` }, signal: leaving.signal })
  if (answer.status === 401) leave(word('wrong'))
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return answer
}

async function askItems(path) {
  const answer = await ask(path)
  return (await answer.json()).items
}

async function look() {
  const [alerts, [ledger], found] = await Promise.all([
    askItems('alerts?state=firing'),
    askItems('ledger'),
    askItems(`meters?limit=${METERS_SHOWN_MAX}`),
  ])
  meters = new Map(found.map((meter) => [meter.path, meter]))
  at('alerts').replaceChildren(...(alerts.length === 0 ? [make('small', word('none'))] : alerts.map(alertRow)))
  const counts = COUNTS.map((name) => make('div', make('dt', word(name)), make('dd', number(ledger[name]))))
  const balance = make('strong', word(ledger.balanced ? 'balanced' : 'unbalanced'))
  balance.classList.toggle('alarm', !ledger.balanced)
  at('ledger').replaceChildren(...counts, balance)
  showMeters()
}

/** A quantity of dimension one, such as a power factor, has no unit to show. */
function withUnit(value, unit) {
  return unit === '1' ? number(value) : `${number(value)} ${unit}`
}

function alertRow({ park, site, meter, rule, value, unit, since, advice }) {
  const shown = value === null ? '' : ` ${withUnit(value, unit)}`
  const text = `${park}/${site}/${meter}: ${rule}${shown} (${word('since')} ${time(since)})`
  return make('li', text, make('small', advice === null ? '' : advice[language]))
}

function showMeters() {
  at('meters').replaceChildren(...[...meters.values()].map(meterRow))
}

function meterRow({ path, name, registers }) {
  const spoken = registers.filter(({ last }) => last !== null)
  const newest = Math.max(...spoken.map(({ last }) => Date.parse(last.at)))
  const values = spoken.slice(0, 4).map(({ last, unit }) => withUnit(last.value, unit))
  const age = spoken.length === 0 ? '—' : `${number(Math.round((Date.now() - newest) / 1000))} s`
  return make('tr', make('td', path, make('small', name)), make('td', values.join(' · ')), make('td', age))
}

/** Once a second: how much is heard, or since when nothing is. */
function showPulse() {
  const stale = heardAt > 0 && Date.now() - heardAt > STALE_MS
  document.body.classList.toggle('stale', stale)
  at('pulse').classList.toggle('stale', stale)
  const live = heardAt === 0 ? word('joining') : `${number(readings)} ${word('rate')}`
  at('pulse').textContent = key === '' ? '' : stale ? `${word('stale')} ${time(heardAt)}` : live
  readings = 0
  if (key !== '') showMeters()
}

function hear(event) {
  const name = /^event: (.+)$/m.exec(event)?.[1]
  if (name === 'alert' || name === 'skipped') void look().catch(() => undefined)
  if (name !== 'reading') return
  readings += 1
  const reading = JSON.parse(/^data: (.+)$/m.exec(event)[1])
  const register = meters.get(reading.path)?.registers.find(({ quantity }) => quantity === reading.quantity)
  if (register && !(register.last && Date.parse(register.last.at) > Date.parse(reading.at))) register.last = reading
}

async function listen() {
  const { body } = await ask('live')
  let rest = ''
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    heardAt = Date.now()
    const events = (rest + piece).split('\n\n')
    rest = events.pop()
    for (const event of events) hear(event)
  }
}

/** Does it again until the key is taken back; trouble of the network is what the pulse shows. */
async function again(work, pauseMs) {
  const { signal } = leaving
  while (!signal.aborted) {
    await work().catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

function showDoor(open) {
  at('door').hidden = !open
  at('house').hidden = open
  at('leave').hidden = open
}

function enter() {
  showDoor(false)
  leaving = new AbortController()
  heardAt = 0
  void again(listen, 1_000)
  void again(look, LOOK_MS)
}

function leave(why) {
  leaving.abort()
  key = ''
  sessionStorage.removeItem('key')
  showDoor(true)
  at('refused').textContent = why
  at('key').focus()
}

function translate() {
  document.documentElement.lang = language
  for (const place of document.querySelectorAll('[data-word]')) place.textContent = word(place.dataset.word)
}

at('door').addEventListener('submit', (event) => {
  event.preventDefault()
  key = at('key').value.trim()
  sessionStorage.setItem('key', key)
  at('key').value = ''
  at('refused').textContent = ''
  enter()
})
at('leave').addEventListener('click', () => leave(''))
at('language').addEventListener('click', () => {
  language = language === 'vi' ? 'en' : 'vi'
  sessionStorage.setItem('language', language)
  translate()
  if (key !== '') void look().catch(() => undefined)
})
translate()
setInterval(showPulse, 1_000)
if (key !== '') enter()
