// Blocks on their way through the clipboard, as JSON text: another draft, another tab and another person's machine
// may be at the other end, so what is pasted is read as carefully as anything that comes from outside.

import { FAR, MAX_BLOCKS, cleaned, snap } from "./doc.mjs";

const MARK = "waypost/journey-blocks";
const MAX_TEXT = 4_000_000;
const ID = /^[a-z][a-z0-9_-]{0,47}$/;
const isName = (value) => typeof value === "string" && ID.test(value);
const isPort = (value) => typeof value === "string" && value.length <= 64;
const isPlace = (value) => Number.isFinite(value) && Math.abs(value) <= FAR;

export const written = (clip) => JSON.stringify({ is: MARK, blocks: clip.blocks, wires: clip.wires });

/** Read a pasted text; null if it holds no blocks of ours. Kinds that this palette does not know are left out. */
export function parsed(text, kinds) {
  if (typeof text !== "string" || text.length > MAX_TEXT || !text.includes(MARK)) return null;
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    return null;
  }
  if (given?.is !== MARK || !Array.isArray(given.blocks) || !Array.isArray(given.wires)) return null;
  const blocks = sound(given.blocks).filter((block) => kinds.has(block.kind));
  const wires = given.wires.filter((w) => w && isName(w.from) && isName(w.to) && isPort(w.port ?? ""));
  const clip = cleaned({ blocks, wires: wires.map(({ from, to, port }) => ({ from, to, port: port ?? "" })) });
  return clip.blocks.length ? clip : null;
}

function sound(blocks) {
  const seen = new Set();
  return blocks
    .filter((b) => b && isName(b.id) && isName(b.kind) && isPlace(b.x) && isPlace(b.y))
    .filter((b) => !seen.has(b.id) && seen.add(b.id))
    .slice(0, MAX_BLOCKS)
    .map(({ id, kind, x, y, set }) => ({ id, kind, x: snap(x), y: snap(y), set: isObject(set) ? set : {} }));
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** A stored or sent document, {blocks, wires}, if it is sound; else null. */
export function soundDoc(value) {
  if (!Array.isArray(value?.blocks) || !Array.isArray(value?.wires)) return null;
  const blocks = sound(value.blocks);
  return blocks.length === value.blocks.length ? cleaned({ blocks, wires: value.wires }) : null;
}
