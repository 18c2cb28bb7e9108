/** Put values into a text of the caller: fill("{n} new", {n: 3}). */
export function fill(text, values) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A Material Symbol's name; takes "warning" and ":material/warning:". */
export const symbol = (name) => (name ?? "").replace(/^:material\/|:$/g, "");

// React Flow takes an empty handle id for "any"; so each has a letter in front.
export const portId = (port) => `p${port}`;
export const portOf = (handle) => (handle ?? "").slice(1);
