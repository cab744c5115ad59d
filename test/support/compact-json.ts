const width = 100;

/** JSON for people: what fits on a line is on one. */
export function compactJson(value: unknown, indent = '', taken = 0): string {
  const line = oneLine(value);
  const fits = indent.length + taken + line.length <= width;
  if (typeof value !== 'object' || value === null || fits) return line;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const lines = Object.entries(value).map(([name, member]) => {
    const key = isList ? '' : `${JSON.stringify(name)}: `;
    const comma = ','.length;
    return `${inner}${key}${compactJson(member, inner, key.length + comma)}`;
  });
  return `${isList ? '[' : '{'}\n${lines.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${oneLine(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
