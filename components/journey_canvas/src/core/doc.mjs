// The document on the canvas, {blocks, wires}, and every edit of it. Nothing here is ever changed in place: an
// edit returns a new document that shares what stayed. No React, no browser: `node --test` runs this as it is.

export const GRID = 8;
export const WIDTH = 224; // of a block, in pixels of the canvas
export const HEIGHT = 88; // of a block that has not been measured yet
export const FAR = 1_000_000; // no block lies farther out; the Python face refuses more
export const MAX_BLOCKS = 1000;
export const EMPTY = Object.freeze({ blocks: Object.freeze([]), wires: Object.freeze([]) });

/** Nearest point of the grid, as an integer that the Python face takes. */
export const snap = (value) => Math.max(-FAR, Math.min(FAR, Math.round(value / GRID) * GRID)) + 0;

/** A wire is what it joins: two wires with the same key are one. */
export const wireKey = ({ from, to, port }) => `${from}|${port}|${to}`;

/** Make an id that is not taken: `<kind>_<5 letters or digits>`. */
export function newId(kind, taken, random = Math.random) {
  const stem = kind
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40);
  for (;;) {
    const tail = Math.floor(random() * 36 ** 5)
      .toString(36)
      .padStart(5, "0");
    const id = `${stem || "block"}_${tail}`;
    if (!taken.has(id)) return id;
  }
}

export const idsOf = (doc) => new Set(doc.blocks.map((block) => block.id));

export const blockOf = (doc, id) => doc.blocks.find((block) => block.id === id);

/** Drop wires that lead nowhere, lead back or stand twice; the same object if there are none. */
export function cleaned(doc) {
  const ids = idsOf(doc);
  const seen = new Set();
  const wires = doc.wires.filter((wire) => {
    const key = wireKey(wire);
    const stays = wire.from !== wire.to && ids.has(wire.from) && ids.has(wire.to) && !seen.has(key);
    seen.add(key);
    return stays;
  });
  return wires.length === doc.wires.length ? doc : { ...doc, wires };
}

export function added(doc, block, ...wires) {
  return cleaned({ blocks: [...doc.blocks, block], wires: [...doc.wires, ...wires] });
}

export function connected(doc, wire) {
  return cleaned({ ...doc, wires: [...doc.wires, wire] });
}

/** Move blocks to the places given by id; the same object if none moves. */
export function moved(doc, places) {
  let changed = false;
  const blocks = doc.blocks.map((block) => {
    const place = places.get(block.id);
    if (!place) return block;
    const [x, y] = [snap(place.x), snap(place.y)];
    if (x === block.x && y === block.y) return block;
    changed = true;
    return { ...block, x, y };
  });
  return changed ? { ...doc, blocks } : doc;
}

/** Take away blocks, all wires at them, and the wires named by key. */
export function removed(doc, ids, keys = new Set()) {
  const blocks = doc.blocks.filter((block) => !ids.has(block.id));
  const wires = doc.wires.filter((wire) => !keys.has(wireKey(wire)) && !ids.has(wire.from) && !ids.has(wire.to));
  if (blocks.length === doc.blocks.length && wires.length === doc.wires.length) return doc;
  return { blocks, wires };
}

/** Put a block into a wire: what ran through the wire now runs through the block, which leaves by `port`. */
export function spliced(doc, key, block, port = "") {
  const wire = doc.wires.find((w) => wireKey(w) === key);
  if (!wire) return added(doc, block);
  return added(
    { ...doc, wires: doc.wires.filter((w) => w !== wire) },
    block,
    { from: wire.from, to: block.id, port: wire.port },
    { from: block.id, to: wire.to, port },
  );
}

/** The blocks with these ids and the wires among them. */
export function excerpt(doc, ids) {
  return {
    blocks: doc.blocks.filter((block) => ids.has(block.id)),
    wires: doc.wires.filter((wire) => ids.has(wire.from) && ids.has(wire.to)),
  };
}

/**
 * Put a copy of an excerpt into the document: all ids are new, wires and places among the blocks are kept, and the
 * upper left corner comes to lie at `at`. Returns the document and the new ids.
 */
export function pasted(doc, clip, at, random = Math.random) {
  const taken = idsOf(doc);
  const names = new Map();
  const left = Math.min(...clip.blocks.map((block) => block.x));
  const top = Math.min(...clip.blocks.map((block) => block.y));
  const blocks = clip.blocks.slice(0, Math.max(0, MAX_BLOCKS - doc.blocks.length)).map((block) => {
    const id = newId(block.kind, taken, random);
    taken.add(id);
    names.set(block.id, id);
    const [x, y] = [snap(at.x + block.x - left), snap(at.y + block.y - top)];
    return { id, kind: block.kind, x, y, set: structuredClone(block.set ?? {}) };
  });
  const wires = clip.wires
    .filter((wire) => names.has(wire.from) && names.has(wire.to))
    .map((wire) => ({ from: names.get(wire.from), to: names.get(wire.to), port: wire.port }));
  const next = cleaned({ blocks: [...doc.blocks, ...blocks], wires: [...doc.wires, ...wires] });
  return { doc: next, ids: new Set(names.values()) };
}

/** A place near `at` where no block lies, going down and then to the right. */
export function freePlace(doc, at, height = HEIGHT) {
  const gap = 3 * GRID;
  const hits = ({ x, y }) =>
    doc.blocks.some((b) => Math.abs(b.x - x) < WIDTH + gap && y < b.y + HEIGHT + gap && b.y < y + height + gap);
  let place = { x: snap(at.x), y: snap(at.y) };
  for (let n = 1; hits(place) && n < 400; n += 1) {
    const [down, right] = [n % 8, Math.floor(n / 8)];
    place = { x: snap(at.x + right * (WIDTH + gap)), y: snap(at.y + down * (HEIGHT + gap)) };
  }
  return place;
}
