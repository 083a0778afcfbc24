import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * A process that does something with names as fast as it can, until it is ended.
 * @param body a function body of JavaScript, run again and again; `fs` is there
 */
export async function startLoop(body: string): Promise<{ end(): Promise<string> }> {
  const script = `
    import fs from 'node:fs';
    const attempt = (action) => { try { return action(); } catch { return undefined; } };
    let rounds = 0;
    const round = () => { ${body} };
    process.stdin.on('end', () => { console.log('rounds', rounds); process.exit(0); }).resume();
    const turn = () => { for (let i = 0; i < 50; i += 1) { round(); rounds += 1; } setImmediate(turn); };
    console.log('started');
    turn();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child.stdout, 'data');
  return {
    end: async () => {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
      return output;
    },
  };
}

/** Puts what is at `other` in the place of what is at `place`, and back. */
export function swapBody(place: string, other: string): string {
  const [a, b] = [JSON.stringify(place), JSON.stringify(other)];
  return `fs.renameSync(${a}, ${a} + '.away'); fs.renameSync(${b}, ${a}); fs.renameSync(${a}, ${b}); fs.renameSync(${a} + '.away', ${a});`;
}
