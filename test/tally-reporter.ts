// Prints `N passed, N failed` as the last line, counting files that did not load, hooks and unhandled errors as failures.
import type { SerializedError } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0
    let failed = unhandled.length
    for (const module of modules) {
      failed += module.errors().length
      for (const suite of module.children.allSuites()) failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed' || state === 'pending') failed += 1
      }
    }
    // Reporters run in the order given; the default one has printed its summary by now.
    process.on('exit', () => process.stdout.write(`${passed} passed, ${failed} failed\n`))
  }
}
