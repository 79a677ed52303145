// How is a payload read? A short one on one line, a longer one with a line for each key; what was cut by the server is no JSON and stays as it is.

/** As many characters as two lines of the stream hold. */
const SHORT = 120;

/** Security note: reads data of clients. Whatever it is, the result is shown as text only. */
export function shownJson(json: string): string {
  if (json.length <= SHORT) return json;
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
