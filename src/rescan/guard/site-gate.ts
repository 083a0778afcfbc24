import { Gate } from '../../shadow/gate/gate.js';
import type { ByteString } from '../../util/byte-string.js';
import type { Root, Site } from '../site.js';

const gates = new WeakMap<Site, Gate>();

/** The gate for shadow repos that were found below the shadow root of a site. */
export function gateOf(site: Site): Gate {
  const known = gates.get(site);
  if (known !== undefined) return known;
  const gate = new Gate({ shadowRoot: site.location.root, roots: site.roots });
  gates.set(site, gate);
  return gate;
}

/** The gate for a shadow repo that somebody has named, where a site is configured. */
export function namedGate({
  location,
  roots,
}: {
  readonly location: { readonly root: ByteString };
  readonly roots: readonly Pick<Root, 'path'>[];
}): Gate {
  return new Gate({ shadowRoot: location.root, roots, isNamed: true });
}
