/** What Git's documentation says of its settings: which of them start a program, and which name a file or a directory. */

/** Keys whose value is a program or a command line (git-config(1) and the manuals of the commands). */
export const PROGRAM_KEYS = [
  'core.fsmonitor', 'core.sshCommand', 'core.gitProxy', 'core.editor', 'core.pager', 'core.askPass', 'core.alternateRefsCommand',
  'sequence.editor', 'pager.status', 'pager.config', 'interactive.diffFilter', 'credential.helper', 'diff.external',
  'diff.trap.command', 'diff.trap.textconv', 'difftool.trap.cmd', 'mergetool.trap.cmd', 'merge.trap.driver', 'merge.guitool',
  'filter.trap.clean', 'filter.trap.smudge', 'filter.trap.process', 'gpg.program', 'gpg.ssh.program', 'gpg.x509.program',
  'gpg.ssh.defaultKeyCommand', 'gc.recentObjectsHook', 'uploadpack.packObjectsHook', 'receive.procReceiveRefs', 'browser.trap.cmd',
  'man.trap.cmd', 'tar.trap.command', 'submodule.trap.update', 'sendemail.smtpServer', 'sendemail.toCmd', 'remote.origin.uploadpack',
  'remote.origin.receivepack', 'remote.origin.vcs', 'imap.tunnel', 'instaweb.httpd', 'trailer.trap.command', 'trailer.trap.cmd',
  'guitool.trap.cmd', 'web.browser', 'alias.status', 'alias.rev-parse', 'alias.repack', 'alias.prune', 'alias.fsck',
] as const;

/** Keys that have Git write into a file that they name. */
export const WRITTEN_FILE_KEYS = ['trace2.normalTarget', 'trace2.perfTarget', 'trace2.eventTarget'] as const;

/** Keys that have Git read a file or a directory that they name. */
export const READ_FILE_KEYS = [
  'include.path', 'core.attributesFile', 'core.excludesFile', 'commit.template', 'mailmap.file', 'fsck.skipList', 'blame.ignoreRevsFile',
  'init.templateDir', 'core.worktree', 'http.cookieFile', 'http.sslCert', 'gpg.ssh.allowedSignersFile', 'rebase.instructionFile',
] as const;

/** Settings that make some of the above take effect. */
export const SWITCHES: readonly (readonly [key: string, value: string])[] = [
  ['filter.trap.required', 'true'],
  ['commit.gpgSign', 'true'],
  ['remote.origin.url', 'ext::sh -c trap'],
  ['remote.origin.promisor', 'true'],
  ['remote.origin.partialCloneFilter', 'blob:none'],
  ['protocol.allow', 'always'],
  ['core.untrackedCache', 'true'],
  ['gc.auto', '1'],
  ['credential.useHttpPath', 'true'],
  ['core.commitGraph', 'true'],
  ['pack.writeBitmaps', 'true'],
  ['core.logAllRefUpdates', 'always'],
];
