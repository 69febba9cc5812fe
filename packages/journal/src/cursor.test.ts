import { stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { leastCursor, openCursor } from './cursor.ts'
import { newFolder, spoil } from './proving.ts'

const fileOf = (folder: string) => path.join(folder, 'cursors', 'ingestion')

describe('a cursor', () => {
  test('is undefined until it is written, and what was written last after that', async () => {
    const folder = await newFolder()
    const cursor = await openCursor(folder, 'ingestion')
    expect(await cursor.read()).toBeUndefined()
    await Promise.all([cursor.write(8), cursor.write(2 ** 53 - 8), cursor.write(64)])
    expect(await cursor.read()).toBe(64)
    await cursor.close()
    const again = await openCursor(folder, 'ingestion')
    expect(await again.read()).toBe(64)
    await again.write(16)
    expect(await again.read()).toBe(16)
    await again.close()
  })

  test('keeps its size, so that it can be written on a full disk', async () => {
    const folder = await newFolder()
    const cursor = await openCursor(folder, 'ingestion')
    const { size } = await stat(fileOf(folder))
    for (let i = 1; i < 10; i += 1) await cursor.write(i * 8)
    expect((await stat(fileOf(folder))).size).toBe(size)
    await cursor.close()
  })

  test('survives a torn write of either copy with the position before or after', async () => {
    const folder = await newFolder()
    for (const copyAt of [0, 4096]) {
      const cursor = await openCursor(folder, 'ingestion')
      await cursor.write(800)
      await cursor.write(1600)
      await cursor.close()
      await spoil(fileOf(folder), (bytes) => bytes.fill(0xee, copyAt, copyAt + 12))
      const after = await openCursor(folder, 'ingestion')
      expect([800, 1600]).toContain(await after.read())
      await after.close()
    }
  })

  test('says so when both copies are damaged, and retention then keeps everything', async () => {
    const folder = await newFolder()
    const cursor = await openCursor(folder, 'ingestion')
    await cursor.write(800)
    await cursor.write(1600)
    expect(await leastCursor(folder)).toBe(1600)
    await spoil(fileOf(folder), (bytes) => bytes.fill(1))
    await expect(cursor.read()).rejects.toThrow('damaged')
    expect(await leastCursor(folder)).toBe(0)
    await cursor.close()
  })

  test.each(['', 'A', '../x', 'a/b', 'x'.repeat(41)])('refuses the name %j', async (name) => {
    await expect(openCursor(await newFolder(), name)).rejects.toThrow(RangeError)
  })

  test.each([-1, 0.5, NaN, 2 ** 53])('refuses the position %d', async (position) => {
    const cursor = await openCursor(await newFolder(), 'ingestion')
    expect(() => cursor.write(position)).toThrow(RangeError)
    await cursor.close()
  })
})
