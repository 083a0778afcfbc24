import { systemWords } from './errno-names.js';
import { errnoOf, FsoError, messageOf } from '../errors.js';

/** What the system may refuse at any time, whoever asks, so that it is no bug of git-fso; and the way out. */
const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'run git-fso as root, or as the user that owns the shadow root; in a real directory, with the capability CAP_DAC_READ_SEARCH',
  EPERM: 'run git-fso as root, or as the user that owns the shadow root; see attributes, too (lsattr)',
  ENOENT: 'somebody has removed it meanwhile: find out who, and run the command again',
  ENOTDIR: 'something on the way there is no directory: correct the path, or what is there',
  EISDIR: 'a directory is where a file should be: find out who put it there',
  ELOOP: 'symbolic links lead in circles, or to where none may lead: see namei -l, and remove them',
  ENAMETOOLONG: 'a name may have 255 bytes, a path 4095: use shorter ones, or a mount nearer to what is meant',
  ENOSPC: 'free space on that filesystem and run the command again',
  EDQUOT: 'raise the disk quota or free space, and run the command again',
  EROFS: 'mount that filesystem read-write and run the command again',
  EIO: 'check the disk (dmesg, smartctl) before anything else',
  EUCLEAN: 'the filesystem is damaged: unmount it and have fsck look at it',
  ENXIO: 'the device behind it is gone: see dmesg, and mount the filesystem anew',
  ENODEV: 'the device behind it is gone: see dmesg, and mount the filesystem anew',
  ETIMEDOUT: 'see whether the file server answers, and run the command again',
  EHOSTDOWN: 'see whether the file server answers, and run the command again',
  EREMOTEIO: 'see whether the file server answers, and run the command again',
  ESTALE: 'see whether the file server answers, and mount the filesystem anew',
  ENOTCONN: 'see whether the filesystem is still served, and mount it anew',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'raise the limit of open files of the system (sysctl fs.file-max)',
  ENOMEM: 'free memory, or lower jobs in the configuration, and run the command again',
};

/** Where something of a shadow repo is written. */
const REMEDIES_OF_WRITING: Readonly<Record<string, string>> = {
  ENOSPC: `${REMEDIES['ENOSPC']}; nothing half-done is left behind`,
  EDQUOT: `${REMEDIES['EDQUOT']}; nothing half-done is left behind`,
  EACCES: 'check owner and permissions, or run the command as the user that owns the shadow repo',
  EPERM: 'check owner, permissions and attributes (lsattr), or run the command as the user that owns the shadow repo',
};

/** The way out where the system has refused something; undefined for any other error. */
export function remedyOf(error: unknown, attempt: 'read' | 'write' = 'read'): string | undefined {
  const code = errnoOf(error) ?? '';
  return (attempt === 'write' ? REMEDIES_OF_WRITING[code] : undefined) ?? REMEDIES[code];
}

/** Why something failed, in words: of the system, without the call and the path; of any other error, its message. */
export function reasonOf(error: unknown): string {
  const errno = error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  return systemWords(errno) ?? messageOf(error);
}

/** A refusal of the system that nobody foresaw at its place, in words, with the path and the way out; null for any other error. */
export function systemFailure(error: unknown): FsoError | null {
  const remedy = remedyOf(error);
  if (remedy === undefined || !(error instanceof Error) || error instanceof FsoError) return null;
  const { errno, path, syscall } = error as NodeJS.ErrnoException;
  const words = systemWords(errno ?? 0);
  if (words === undefined || path === undefined) return null;
  return new FsoError(`${path}: ${words} (${syscall ?? 'system call'})`, { remedy, cause: error });
}
