/**
 * What a JSON file of our own says, by key; nobody has checked the values. Empty where it is no JSON
 * object, as after damage to the disk or a careless edit.
 */
export function parsedJson(text: string): Readonly<Record<string, unknown>> {
  // Most such files are not there; an error costs much more than to look.
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
