// Prints `N passed, N failed, N skipped` from the JSON report of vitest.
import fs from 'node:fs';

const text = fs.readFileSync(process.argv[2], 'utf8');
if (text === '') {
  console.log('the tests did not run');
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(text);
// A file that cannot even be loaded has no tests that could fail.
const brokenFiles = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
const failed = numFailedTests + brokenFiles.length;
for (const { name } of brokenFiles) console.log(`cannot run ${name}`);
console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
