import { getSystemErrorMap } from 'node:util';

/** Errors of Linux that Node has no name for, by number, as libc names and describes them: errno(3), strerror(3). */
const NAMES: Readonly<Record<number, readonly [name: string, words: string]>> = {
  8: ['ENOEXEC', 'Exec format error'],
  10: ['ECHILD', 'No child processes'],
  15: ['ENOTBLK', 'Block device required'],
  33: ['EDOM', 'Numerical argument out of domain'],
  35: ['EDEADLK', 'Resource deadlock avoided'],
  37: ['ENOLCK', 'No locks available'],
  42: ['ENOMSG', 'No message of desired type'],
  43: ['EIDRM', 'Identifier removed'],
  44: ['ECHRNG', 'Channel number out of range'],
  52: ['EBADE', 'Invalid exchange'],
  53: ['EBADR', 'Invalid request descriptor'],
  54: ['EXFULL', 'Exchange full'],
  55: ['ENOANO', 'No anode'],
  56: ['EBADRQC', 'Invalid request code'],
  57: ['EBADSLT', 'Invalid slot'],
  60: ['ENOSTR', 'Device not a stream'],
  62: ['ETIME', 'Timer expired'],
  63: ['ENOSR', 'Out of streams resources'],
  65: ['ENOPKG', 'Package not installed'],
  66: ['EREMOTE', 'Object is remote'],
  67: ['ENOLINK', 'Link has been severed'],
  68: ['EADV', 'Advertise error'],
  69: ['ESRMNT', 'Srmount error'],
  70: ['ECOMM', 'Communication error on send'],
  72: ['EMULTIHOP', 'Multihop attempted'],
  73: ['EDOTDOT', 'RFS specific error'],
  74: ['EBADMSG', 'Bad message'],
  76: ['ENOTUNIQ', 'Name not unique on network'],
  77: ['EBADFD', 'File descriptor in bad state'],
  78: ['EREMCHG', 'Remote address changed'],
  85: ['ERESTART', 'Interrupted system call should be restarted'],
  86: ['ESTRPIPE', 'Streams pipe error'],
  87: ['EUSERS', 'Too many users'],
  96: ['EPFNOSUPPORT', 'Protocol family not supported'],
  102: ['ENETRESET', 'Network dropped connection on reset'],
  109: ['ETOOMANYREFS', 'Too many references: cannot splice'],
  116: ['ESTALE', 'Stale file handle'],
  117: ['EUCLEAN', 'Structure needs cleaning'],
  118: ['ENOTNAM', 'Not a XENIX named type file'],
  119: ['ENAVAIL', 'No XENIX semaphores available'],
  120: ['EISNAM', 'Is a named type file'],
  122: ['EDQUOT', 'Disk quota exceeded'],
  123: ['ENOMEDIUM', 'No medium found'],
  124: ['EMEDIUMTYPE', 'Wrong medium type'],
  126: ['ENOKEY', 'Required key not available'],
  127: ['EKEYEXPIRED', 'Key has expired'],
  128: ['EKEYREVOKED', 'Key has been revoked'],
  129: ['EKEYREJECTED', 'Key was rejected by service'],
  130: ['EOWNERDEAD', 'Owner died'],
  131: ['ENOTRECOVERABLE', 'State not recoverable'],
  132: ['ERFKILL', 'Operation not possible due to RF-kill'],
  133: ['EHWPOISON', 'Memory page has hardware error'],
};

/**
 * What a system error says in words, without the call that it ended.
 * @param errno as in errors of Node, negative; undefined for what nobody knows
 */
export function systemWords(errno: number): string | undefined {
  return getSystemErrorMap().get(errno)?.[1] ?? NAMES[-errno]?.[1];
}

/** What Node says instead of a name, in codes and messages. */
const NAMELESS = /Unknown system error -(\d+)/;

/** The code of a system error, where Node has none by its name as libc has it; others as they are. */
export function namedCode(code: string): string {
  const number = NAMELESS.exec(code)?.[1];
  return number === undefined ? code : (NAMES[Number(number)]?.[0] ?? code);
}

/** The message of a system error with the name and the words of libc, where Node has none of them; others as they are. */
export function namedMessage(message: string): string {
  const number = NAMELESS.exec(message)?.[1];
  if (number === undefined) return message;
  const [name, words] = NAMES[Number(number)] ?? [`error ${number}`, `Unknown error ${number}`];
  return message.replace(`Unknown system error -${number}`, name).replace(`Unknown system error -${number}`, words);
}
