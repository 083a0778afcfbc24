const BUSY = 0;
const IDLE = 1;

/** Which threads of a team have nothing to do, in memory that they share. Each has a seat, from 0. */
export class IdleSeats {
  private readonly states: Int32Array;

  /** @param own the seat of this thread, which is busy until it says otherwise */
  constructor(
    memory: SharedArrayBuffer,
    private readonly own: number,
  ) {
    this.states = new Int32Array(memory);
  }

  /** Memory for a team in which all are busy. */
  static memory(seats: number): SharedArrayBuffer {
    return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * seats);
  }

  /** Takes the seat of a thread that has nothing to do, which counts as busy from now on; null if there is none. */
  claim(): number | null {
    const { states, own } = this;
    for (let seat = 0; seat < states.length; seat += 1) {
      if (states[seat] === IDLE && seat !== own && Atomics.compareExchange(states, seat, IDLE, BUSY) === IDLE) return seat;
    }
    return null;
  }

  /** This thread has nothing to do, and may be claimed. */
  setIdle(): void {
    Atomics.store(this.states, this.own, IDLE);
  }
}
