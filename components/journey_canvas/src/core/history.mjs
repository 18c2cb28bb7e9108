// Undo and redo as differences, not as whole documents: what another person changed in between is not taken back
// along with one's own step.

import { cleaned, wireKey } from "./doc.mjs";

export const STEPS = 100;
export const NO_HISTORY = Object.freeze({ past: [], future: [] });

const same = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

function difference(before, after, keyOf) {
  const old = new Map(before.map((item, at) => [keyOf(item), { item, at }]));
  const now = new Map(after.map((item, at) => [keyOf(item), { item, at }]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((key) => !same(old.get(key)?.item, now.get(key)?.item))
    .map((key) => ({ key, before: old.get(key) ?? null, after: now.get(key) ?? null }));
}

/** What leads from one document to another; null if they are alike. */
export function step(before, after) {
  const blocks = difference(before.blocks, after.blocks, (block) => block.id);
  const wires = difference(before.wires, after.wires, wireKey);
  return blocks.length || wires.length ? { blocks, wires } : null;
}

function walked(list, changes, keyOf, side) {
  const wanted = new Map(changes.map((change) => [change.key, change[side]]));
  const found = list
    .filter((item) => wanted.get(keyOf(item)) !== null)
    .map((item) => wanted.get(keyOf(item))?.item ?? item);
  const there = new Set(found.map(keyOf));
  const missing = [...wanted].filter(([key, want]) => want && !there.has(key)).map(([, want]) => want);
  for (const { item, at } of missing.sort((a, b) => a.at - b.at)) found.splice(Math.min(at, found.length), 0, item);
  return found;
}

/** Go a step: `side` is "after" for forwards and "before" for back. Wires without their blocks fall away. */
export function walk(doc, taken, side) {
  return cleaned({
    blocks: walked(doc.blocks, taken.blocks, (block) => block.id, side),
    wires: walked(doc.wires, taken.wires, wireKey, side),
  });
}

/** Remember an edit; whatever had been undone cannot be redone any more. */
export function remembered(history, before, after) {
  const taken = step(before, after);
  return taken ? { past: [...history.past, taken].slice(-STEPS), future: [] } : history;
}

/** Take the last step back: {doc, history}, or null if there is none. */
export function undone({ past, future }, doc) {
  if (!past.length) return null;
  const taken = past.at(-1);
  return { doc: walk(doc, taken, "before"), history: { past: past.slice(0, -1), future: [taken, ...future] } };
}

/** Take the last undone step again: {doc, history}, or null if there is none. */
export function redone({ past, future }, doc) {
  if (!future.length) return null;
  const [taken, ...rest] = future;
  return { doc: walk(doc, taken, "after"), history: { past: [...past, taken], future: rest } };
}
