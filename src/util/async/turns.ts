/** Lets asynchronous work of one kind happen one after the other within this process. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all that was asked for before has ended. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    this.last = turn;
    return turn;
  }
}
