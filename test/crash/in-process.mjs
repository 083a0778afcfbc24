// The command line of git-fso within this process, for tests that run it very often.

/** What `main` of a bundle does, whatever it prints, and what nobody waits for. */
export class CommandLine {
  /** Promises that were rejected without a handler, as text. */
  stray = [];
  #main;
  #output = '';

  /** To be called when `fs` is what the command line shall get. */
  static async load(bundle) {
    const line = new CommandLine();
    const write = (text, ...rest) => {
      line.#output += text;
      rest.at(-1)?.();
      return true;
    };
    process.stdout.write = write;
    process.stderr.write = write;
    // Each run has listeners of its own, and ends with its process elsewhere.
    for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);
    process.on('unhandledRejection', (error) => line.stray.push(String(error?.stack ?? error)));
    line.#main = (await import(bundle)).main;
    return line;
  }

  /** Runs a command; `output` is all that it has printed. */
  async run(args, cwd = '/') {
    process.chdir(cwd);
    this.#output = '';
    const status = await this.#main(args);
    process.exitCode = 0;
    process.chdir('/');
    return { status, output: this.#output };
  }
}
