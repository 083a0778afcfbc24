import { FsoError } from '../errors.js';

/** An error as it passes between threads, which would drop its class and the code of a system error. */
export interface PassedError {
  readonly message: string;
  /** Whether it is one that a person can act on. */
  readonly isForPeople: boolean;
  readonly properties: Readonly<Record<string, unknown>>;
}

const OF_SYSTEM_ERRORS = ['code', 'errno', 'syscall', 'path'];
const FOR_PEOPLE = ['name', 'code', 'remedy'];

/** An error that another thread has thrown, and that a person can act on. */
class ErrorOfThread extends FsoError {
  constructor(message: string, properties: Readonly<Record<string, unknown>>) {
    super(message);
    Object.assign(this, properties);
  }
}

/** What is passed on of an error. */
export function passError(error: unknown): PassedError {
  if (!(error instanceof Error)) return { message: String(error), isForPeople: false, properties: {} };
  const isForPeople = error instanceof FsoError;
  const kept = isForPeople ? FOR_PEOPLE : OF_SYSTEM_ERRORS;
  const properties = Object.fromEntries(Object.entries(error).filter(([name]) => kept.includes(name)));
  return { message: error.message, isForPeople, properties };
}

/** The error that was passed on, as one of this thread. */
export function receivedError({ message, isForPeople, properties }: PassedError): Error {
  return isForPeople ? new ErrorOfThread(message, properties) : Object.assign(new Error(message), properties);
}
