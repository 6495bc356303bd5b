/** The secrets that are found in a text: as they are, as a part of an address, as base64 (alone, or as a login), as hexadecimal. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
    .map(([name]) => name);
}

function formsOf(secret: string): string[] {
  const logins = [secret, ...['admin', 'viewer', ''].map((user) => `${user}:${secret}`)].map((login) =>
    Buffer.from(login),
  );
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('hex'),
    // Without the end, which depends on what follows.
    ...logins.flatMap((login) => [login.toString('base64'), login.toString('base64url')]).map(withoutEnd),
  ];
}

function withoutEnd(base64: string): string {
  return base64.replace(/=+$/, '').slice(0, -1);
}
