import { pathOfPart } from '../history/places/parts.js';
import { recordedPath } from '../history/places/typed-path.js';
import type { ByteString } from '../util/byte-string.js';
import { bytesOfText, directoryOf, isAtOrBelow, joinPath } from '../util/byte-string.js';
import type { PlaceFlags } from './asked-parts.js';
import { groundOf, placesOf } from './asked-parts.js';
import type { CliContext } from './context.js';
import { openPlace } from './open-repo.js';

/** How a user has named places, for output that names what is in them in the same way. */
export class NamedPlaces {
  /** Those that nothing was named of yet. */
  readonly #unseen: Set<ByteString>;

  /** @param names by the absolute paths that records have */
  constructor(private readonly names: ReadonlyMap<ByteString, ByteString>) {
    this.#unseen = new Set(names.keys());
  }

  /** The places as absolute paths. */
  get paths(): Iterable<ByteString> {
    return this.names.keys();
  }

  /** The places in which nothing was named, as absolute paths. */
  get unseen(): Iterable<ByteString> {
    return this.#unseen;
  }

  /** The name of a path at or below a place, as the user has begun it; the path itself where it is below none. */
  nameOf(path: ByteString): ByteString {
    let name: ByteString | null = null;
    for (let at = path; name === null || this.#unseen.size > 0; at = directoryOf(at)) {
      const known = this.names.get(at);
      this.#unseen.delete(at);
      if (known !== undefined) name ??= at === path ? known : joinPath(known, path.slice(at === '/' ? 1 : at.length + 1));
      if (at === '/') break;
    }
    return name ?? path;
  }
}

/**
 * How operands of `askedParts` are named. A relative one stays relative if it is so to the current directory, or to `-C`: in a shadow
 * repo, it is relative to the realdir.
 */
export async function namedPlaces(context: CliContext, flags: PlaceFlags, operands: readonly string[]): Promise<NamedPlaces> {
  const ground = await groundOf(context, flags);
  const paths: ByteString[] = [];
  let isInShadow = ground !== null && isAtOrBelow(context.directory, ground.location.root);
  if (context.isDirectoryNamed || ground === null) {
    const { repo, path: from } = await openPlace(context, 'read', flags);
    isInShadow ||= isAtOrBelow(context.directory, repo.directory) || context.directory === directoryOf(repo.directory);
    paths.push(...operands.map((operand) => pathOfPart({ repo, path: recordedPath(repo, operand, from) })));
  } else {
    paths.push(...(await placesOf(context, ground, flags, operands)).map((place) => ground.named(place)));
  }
  const nameOf = (operand: string, path: ByteString): ByteString => (isInShadow && !operand.startsWith('/') ? path : bytesOfText(operand));
  return new NamedPlaces(new Map(operands.map((operand, index) => [paths[index] ?? '', nameOf(operand, paths[index] ?? '')])));
}
