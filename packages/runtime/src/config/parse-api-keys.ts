import { z } from 'zod';

/** publish: write clicks; read: ask for recommendations; admin: everything. */
export const ROLES = ['publish', 'read', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  readonly key: string;
  readonly role: Role;
}

const ROLE_PREFIX = new RegExp(`^(${ROLES.join('|')})\\s*:\\s*`, 'i');

/** What a header can carry without being read in two ways: printable ASCII. */
const keySchema = z.string().regex(/^[\x20-\x7e]{8,}$/);

/**
 * Reads `role:key` pairs separated by commas; a key without a role is an admin's. Only the first colon after a role's name separates, so
 * a key may hold more of them, and one that begins with a role's name has to be written with its role.
 */
export const apiKeysSchema = z.string().transform((text, context): ApiKey[] => {
  const roles = new Map<string, Role>();
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const [prefix = '', name] = ROLE_PREFIX.exec(part) ?? [];
    const role = ROLES.find((one) => one === name?.toLowerCase()) ?? 'admin';
    const key = part.slice(prefix.length);
    if (!keySchema.safeParse(key).success) context.addIssue({ code: 'custom', message: 'not a key' });
    // Which of the two was meant, nobody can say; the stronger would be a hole and the weaker an outage.
    if ((roles.get(key) ?? role) !== role) context.addIssue({ code: 'custom', message: 'one key, two roles' });
    roles.set(key, role);
  }
  if (roles.size === 0) context.addIssue({ code: 'custom', message: 'no key' });
  return [...roles].map(([key, role]) => ({ key, role }));
});
