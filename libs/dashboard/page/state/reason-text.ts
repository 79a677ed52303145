// How does the reason of a refusal read? The server names a scope as it is declared, in JSON; here it stands in words.

const OF_SCOPE = /^scope (\{.{1,200}\}) forbids$/;

/** Security note: reasons may hold text of clients. What is no reason of a scope stays as it is. */
export function reasonText(reason: string): string {
  const scope = parsed(OF_SCOPE.exec(reason)?.[1]);
  if (typeof scope.role === 'string') return `the scope asks for the role ${scope.role}`;
  if (typeof scope.userScoped === 'string') return `the scope asks for the user of {${scope.userScoped}}`;
  if (typeof scope.sessionScoped === 'string') return `the scope asks for the session of {${scope.sessionScoped}}`;
  return reason;
}

function parsed(json: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return json === undefined ? {} : (JSON.parse(json) as Record<string, unknown>);
  } catch {
    return {};
  }
}
