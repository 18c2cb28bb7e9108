// Where blocks lie: layers from left to right by their wires, alignment, even gaps, and the guides while dragging.

import { GRID, HEIGHT, WIDTH, snap } from "./doc.mjs";

const ACROSS = 88; // between two layers: room for a wire's bend
const DOWN = 32;
const LANE = 16; // for a wire that passes a column
const SWEEPS = 8;

/**
 * Places for all blocks by id, keeping the upper left corner. `sizeOf(id)` gives {width, height} where known,
 * `dropOf(wire)` how far below the end of a wire it begins when both blocks are level: outputs of a branch lie lower.
 */
export function layered(doc, sizeOf = () => null, dropOf = () => 0) {
  if (!doc.blocks.length) return new Map();
  const heightOf = (id) => sizeOf(id)?.height ?? HEIGHT;
  const wired = new Set(doc.wires.flatMap((wire) => [wire.from, wire.to]));
  const start = {
    x: snap(Math.min(...doc.blocks.map((b) => b.x))),
    y: snap(Math.min(...doc.blocks.map((b) => b.y))),
  };
  const places = new Map();
  let y = start.y;
  for (const ids of parts(doc)) {
    const bottom = placePart(doc, ids, { x: start.x, y }, { heightOf, dropOf }, places);
    y = snap(bottom + 2 * DOWN);
  }
  placeLoose(
    doc.blocks.filter((block) => !wired.has(block.id)),
    { x: start.x, y },
    heightOf,
    places,
  );
  return places;
}

/** The sets of blocks that hang together by wires, in the order of the document. */
function parts(doc) {
  const beside = new Map(doc.blocks.map((block) => [block.id, []]));
  for (const { from, to } of doc.wires) {
    beside.get(from).push(to);
    beside.get(to).push(from);
  }
  const seen = new Set();
  const found = [];
  for (const { id } of doc.blocks) {
    if (seen.has(id) || !beside.get(id).length) continue;
    const part = new Set([id]);
    for (const here of part) for (const next of beside.get(here)) part.add(next);
    for (const one of part) seen.add(one);
    found.push(part);
  }
  return found;
}

/** Number of the layer of each block: one more than the farthest before it. A wire that closes a circle is ignored. */
function layersOf(ids, next) {
  const order = [];
  const state = new Map();
  const forward = new Map([...ids].map((id) => [id, []]));
  for (const root of ids) {
    if (state.has(root)) continue;
    const stack = [[root, 0]];
    state.set(root, "open");
    while (stack.length) {
      const top = stack.at(-1);
      const to = next.get(top[0])[top[1]];
      top[1] += 1;
      if (to === undefined) {
        state.set(top[0], "closed");
        order.push(stack.pop()[0]);
      } else if (state.get(to) !== "open") {
        forward.get(top[0]).push(to);
        if (!state.has(to)) {
          state.set(to, "open");
          stack.push([to, 0]);
        }
      }
    }
  }
  const layer = new Map([...ids].map((id) => [id, 0]));
  for (const id of order.reverse()) {
    for (const to of forward.get(id)) layer.set(to, Math.max(layer.get(to), layer.get(id) + 1));
  }
  return layer;
}

function placePart(doc, ids, corner, { heightOf, dropOf }, places) {
  const wires = doc.wires.filter((wire) => ids.has(wire.from)).map((wire) => ({ ...wire, drop: dropOf(wire) }));
  const grid = layers(doc, ids, wires);
  const sizeOf = (id) => (ids.has(id) ? heightOf(id) : LANE);
  const tops = new Map();
  for (const column of grid.columns) stack(column, tops, sizeOf);
  for (let n = 0; n < SWEEPS; n += 1) {
    for (const column of grid.columns) settle(column, grid.before, tops, sizeOf);
    for (const column of [...grid.columns].reverse()) settle(column, grid.next, tops, sizeOf);
  }
  for (const column of grid.columns) settle(column, grid.before, tops, sizeOf);
  const highest = Math.min(...[...ids].map((id) => tops.get(id)));
  let bottom = corner.y;
  grid.columns.forEach((column, n) => {
    for (const id of column.filter((one) => ids.has(one))) {
      const y = snap(corner.y + tops.get(id) - highest);
      places.set(id, { x: snap(corner.x + n * (WIDTH + ACROSS)), y });
      bottom = Math.max(bottom, y + heightOf(id));
    }
  });
  return bottom;
}

/**
 * The columns of a part, and what lies before and after each block as [id, how far lower than itself]. A wire that
 * passes columns gets a lane through each of them, so that no block comes to lie on it.
 */
function layers(doc, ids, wires) {
  const links = (from, to) => {
    const found = new Map([...ids].map((id) => [id, []]));
    for (const wire of wires) found.get(wire[from]).push(wire[to]);
    return found;
  };
  const layer = layersOf(sources(ids, links("to", "from")), links("from", "to"));
  const [columns, before, next] = [[], new Map(), new Map()];
  const put = (id, n) => {
    (columns[n] ??= []).push(id);
    before.set(id, []);
    next.set(id, []);
  };
  const join = (from, to, drop) => {
    next.get(from).push([to, -drop]);
    before.get(to).push([from, drop]);
  };
  for (const { id } of doc.blocks) if (ids.has(id)) put(id, layer.get(id));
  for (const { from, to, port, drop } of wires) {
    let [last, fall] = [from, drop];
    for (let n = layer.get(from) + 1; n < layer.get(to); n += 1) {
      const lane = `${from}|${port}|${to}|${n}`;
      put(lane, n);
      join(last, lane, fall);
      [last, fall] = [lane, 0];
    }
    join(last, to, fall);
  }
  return { columns, before, next };
}

/** Blocks that nothing leads to come first, so that layers are counted from them. */
function sources(ids, before) {
  const all = [...ids];
  return new Set([...all.filter((id) => !before.get(id).length), ...all]);
}

function stack(column, tops, heightOf) {
  let y = 0;
  for (const id of column) {
    tops.set(id, y);
    y += heightOf(id) + DOWN;
  }
}

/** Order a column by the middle of its neighbours and draw each block as near to it as the gaps allow. */
function settle(column, beside, tops, heightOf) {
  const wish = new Map(
    column.map((id) => {
      const near = beside.get(id).map(([other, lower]) => tops.get(other) + lower);
      return [id, near.length ? near.reduce((a, b) => a + b, 0) / near.length : tops.get(id)];
    }),
  );
  column.sort((a, b) => wish.get(a) - wish.get(b));
  // Blocks that would overlap are moved as one group around the mean of their wishes.
  const groups = [];
  for (const id of column) {
    let group = { ids: [id], size: heightOf(id) + DOWN, wish: wish.get(id) };
    while (groups.length && groups.at(-1).wish + groups.at(-1).size > group.wish) {
      const up = groups.pop();
      const [m, n] = [up.ids.length, group.ids.length];
      const mean = (up.wish * m + (group.wish - up.size) * n) / (m + n);
      group = { ids: [...up.ids, ...group.ids], size: up.size + group.size, wish: mean };
    }
    groups.push(group);
  }
  for (const group of groups) {
    let y = group.wish;
    for (const id of group.ids) {
      tops.set(id, y);
      y += heightOf(id) + DOWN;
    }
  }
}

/** Blocks without wires stand in rows below the rest. */
function placeLoose(blocks, corner, heightOf, places) {
  const across = Math.max(4, Math.ceil(Math.sqrt(blocks.length * 1.5)));
  let [y, tallest] = [corner.y, 0];
  blocks.forEach((block, n) => {
    if (n && n % across === 0) {
      y = snap(y + tallest + DOWN);
      tallest = 0;
    }
    tallest = Math.max(tallest, heightOf(block.id));
    places.set(block.id, { x: snap(corner.x + (n % across) * (WIDTH + DOWN)), y });
  });
}

/** Places of blocks brought to one line: `edge` is "left" or "top". */
export function aligned(blocks, edge) {
  const axis = edge === "left" ? "x" : "y";
  const line = Math.min(...blocks.map((block) => block[axis]));
  return new Map(blocks.map((block) => [block.id, { x: block.x, y: block.y, [axis]: line }]));
}

/** Places of blocks with even gaps between the first and the last along "x" or "y". */
export function distributed(blocks, axis, sizeOf = () => null) {
  const length = (b) => (axis === "x" ? (sizeOf(b.id)?.width ?? WIDTH) : (sizeOf(b.id)?.height ?? HEIGHT));
  const row = [...blocks].sort((a, b) => a[axis] - b[axis]);
  const span = row.at(-1)[axis] - row[0][axis];
  const filled = row.slice(0, -1).reduce((sum, block) => sum + length(block), 0);
  const gap = Math.max(2 * GRID, (span - filled) / Math.max(1, row.length - 1));
  const places = new Map();
  let at = row[0][axis];
  for (const block of row) {
    places.set(block.id, { x: block.x, y: block.y, [axis]: at });
    at += length(block) + gap;
  }
  return places;
}

/**
 * Lines on which a moving block meets others, and how far it is to be drawn onto them: {dx, dy, x, y} with x and y
 * the lines or null. All blocks are equally wide and all ports equally far below the top, so that the upper left
 * corners say it all; `reach` is in pixels of the canvas.
 */
export function guides(place, others, reach) {
  const nearest = (axis) => {
    let [by, line] = [reach + 1, null];
    for (const other of others) {
      const off = other[axis] - place[axis];
      if (Math.abs(off) < Math.abs(by)) [by, line] = [off, other[axis]];
    }
    return line === null ? [0, null] : [by, line];
  };
  const [[dx, x], [dy, y]] = [nearest("x"), nearest("y")];
  return { dx, dy, x, y };
}
