/** Put values into a text of the caller: fill("{n} new", {n: 3}). */
export function fill(text, values) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A Material Symbol's name; takes "warning" and ":material/warning:". */
export const symbol = (name) => (name ?? "").replace(/^:material\/|:$/g, "");
