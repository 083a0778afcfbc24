import { statSync } from 'node:fs';
import { describeUser, uidOf } from '../../shadow/gate/user.js';
import type { ByteString } from '../../util/byte-string.js';
import { fsPath, textOfBytes } from '../../util/byte-string.js';
import { shellWord } from '../../util/text/shell-word.js';

/** What has to be done before a service can start as a user, who may not be there, or have no shadow root yet. */
export function notesOnUser(shadowRoot: ByteString, user: string): readonly string[] {
  const uid = uidOf(user);
  const notes = uid === null ? [`there is no user ${user} here: git-fso generate systemd git-fso.sysusers | systemd-sysusers -`] : [];
  const stat = statSync(fsPath(shadowRoot), { throwIfNoEntry: false });
  // systemd refuses to start a service that may write to what does not exist.
  if (stat === undefined) {
    notes.push(`${textOfBytes(shadowRoot)} does not exist yet: install -d -m 0700 -o ${user} -g ${user} ${shellWord(shadowRoot)}`);
  } else if (stat.uid !== uid) {
    notes.push(
      `${textOfBytes(shadowRoot)} belongs to ${describeUser(stat.uid)}: stop git-fso, then chown -R ${user}:${user} ` +
        shellWord(shadowRoot),
    );
  }
  return notes;
}
