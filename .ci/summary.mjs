// Adds up the JSON reports of vitest in a directory: prints what failed, why tests were skipped, and `N passed, N failed, N skipped`.
// The remaining arguments name those that must be there; of each that is missing, the tests did not run.
import fs from 'node:fs';
import path from 'node:path';

const [directory, ...required] = process.argv.slice(2);
const present = fs.readdirSync(directory).filter((file) => file.endsWith('.json')).map((file) => path.basename(file, '.json'));
const sum = { passed: 0, failed: 0, skipped: 0 };
const reasons = new Map();

/** The report; null if there is none, or it was not written to its end. */
function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function add(name, report) {
  if (report === null) {
    console.log(`${name}: the tests did not run`);
    sum.failed += 1;
    return;
  }
  sum.passed += report.numPassedTests;
  sum.skipped += report.numPendingTests + report.numTodoTests;
  for (const { name: file, status, message, assertionResults } of report.testResults) {
    const where = `${name}: ${path.relative('.', file)}`;
    const failures = assertionResults.filter((test) => test.status === 'failed');
    // The end of a long log is all that some readers get, so it names what to look for.
    for (const test of failures) console.log(`failed: ${where}: ${test.fullName}\n${test.failureMessages.join('\n').slice(0, 1500)}`);
    // A file that cannot even be loaded has no tests that could fail.
    const isBroken = status === 'failed' && failures.length === 0;
    if (isBroken) console.log(`cannot run ${where}\n${message.slice(0, 1500)}`);
    sum.failed += failures.length + (isBroken ? 1 : 0);
    for (const { meta } of assertionResults) {
      if (meta?.skipReason !== undefined) reasons.set(meta.skipReason, (reasons.get(meta.skipReason) ?? 0) + 1);
    }
  }
}

for (const name of new Set([...required, ...present])) add(name, read(path.join(directory, `${name}.json`)));
for (const [reason, count] of reasons) console.log(`skipped ${count}: ${reason}`);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
