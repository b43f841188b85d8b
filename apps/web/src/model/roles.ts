// Which role a call needs where the service asks who calls: what a refusal is explained by.

export interface Need {
  role: 'read' | 'write' | 'admin';
  /** Empty: the service itself. */
  namespace: string;
}

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** `path` is below `api/v1/`, its values escaped. */
export function needOf(method: string, path: string): Need {
  const [first, second, third, ...rest] = path.split('/');
  const reads = method === 'GET';
  if (first === 'nexus') return { role: 'admin', namespace: '' };
  if (first !== 'namespaces' || second === undefined) return { role: reads ? 'read' : 'admin', namespace: '' };
  const namespace = decode(second);
  if (reads || rest[1] === 'query') return { role: 'read', namespace };
  return { role: third === 'update' ? 'admin' : 'write', namespace };
}

const scope = ({ namespace }: Need): string =>
  namespace ? `in the namespace ${namespace}` : 'for the service itself (temporal-system)';

export const refusal = (need: Need, isSignedIn: boolean): string =>
  isSignedIn
    ? `What you signed in with may not do this, or is not valid any more: it needs the role ${need.role} ${scope(need)}.`
    : `This service asks who you are: sign in with an API key or a token that has the role ${need.role} ${scope(need)}.`;
