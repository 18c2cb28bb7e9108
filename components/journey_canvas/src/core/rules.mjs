// Which wires may be drawn. The browser refuses what can never be right; what is merely unwise, Python says as a
// problem on the block.

import { GRID, WIDTH, blockOf, wireKey } from "./doc.mjs";

/** The palette's items by kind. */
export function kindsOf(palette) {
  return new Map(palette.flatMap((group) => group.items).map((item) => [item.kind, item]));
}

/** The outputs of a block: its cases, one plain output, or none; and whatever a wire already leaves from. */
export function portsOf(item, cases, wires = []) {
  const named = cases ?? item?.cases ?? null;
  const ports = named?.length ? [...named] : item && !item.out ? [] : [{ id: "", label: "" }];
  const known = new Set(ports.map((port) => port.id));
  for (const { port } of wires) {
    if (known.has(port)) continue;
    known.add(port);
    ports.push({ id: port, label: port, stray: true });
  }
  return ports;
}

/** Why a wire cannot be drawn ("self", "twice", "in", "out", "kind"), or "" if it can. */
export function refusal(doc, kinds, wire) {
  const [from, to] = [blockOf(doc, wire.from), blockOf(doc, wire.to)];
  if (!from || !to || from === to) return "self";
  const [source, target] = [kinds.get(from.kind), kinds.get(to.kind)];
  if (source && !source.out) return "out";
  if (target && !target.in) return "in";
  if (source?.to && !source.to.includes(to.kind)) return "kind";
  if (doc.wires.some((w) => wireKey(w) === wireKey(wire))) return "twice";
  return "";
}

/** The first output of a block that no wire leaves from yet, else its first one, else null. */
export function freePort(doc, id, ports) {
  const used = new Set(doc.wires.filter((wire) => wire.from === id).map((wire) => wire.port));
  return (ports.find((port) => !used.has(port.id)) ?? ports[0])?.id ?? null;
}

/** The blocks that an output may be wired to, the nearest to the right first. */
export function targetsOf(doc, kinds, from, port) {
  const start = blockOf(doc, from);
  if (!start) return [];
  const effort = (b) => {
    const [dx, dy] = [b.x - start.x - WIDTH, b.y - start.y];
    return Math.abs(dy) * 1.5 + (dx >= -GRID ? dx : 4000 - dx);
  };
  return doc.blocks
    .filter((block) => !refusal(doc, kinds, { from, to: block.id, port }))
    .sort((a, b) => effort(a) - effort(b));
}

/** The nearest block in a direction ("left", "right", "up", "down") for walking over the canvas by keys. */
export function neighbour(doc, id, direction) {
  const start = blockOf(doc, id);
  if (!start) return doc.blocks[0] ?? null;
  const along = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction];
  const reach = (b) => {
    const [dx, dy] = [b.x - start.x, b.y - start.y];
    const ahead = dx * along[0] + dy * along[1];
    return ahead > 0 ? ahead + 2 * Math.abs(dx * along[1] + dy * along[0]) : Infinity;
  };
  const best = doc.blocks
    .filter((block) => block !== start)
    .reduce((a, b) => (a && reach(a) <= reach(b) ? a : b), null);
  return best && reach(best) < Infinity ? best : null;
}
