// From the document to what React Flow draws. What looks as before stays the same object and is not drawn again.

import { MarkerType } from "@xyflow/react";
import { wireKey } from "../core/doc.mjs";
import { portsOf } from "../core/rules.mjs";
import { steady } from "./steady.mjs";
import { fill, portId } from "./words.js";

const MARKER = { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--wp-muted)" };
const BRIGHT = { ...MARKER, color: "var(--wp-accent)" };

export function shownBlocks(old, doc, data, editor, ids, linking) {
  const before = new Map(old.map((node) => [node.id, node]));
  const leaving = Map.groupBy ? Map.groupBy(doc.wires, (wire) => wire.from) : grouped(doc.wires);
  const entered = new Set(doc.wires.map((wire) => wire.to));
  const targets = linking && new Set(linking.targets);
  return doc.blocks.map((block) => {
    const was = before.get(block.id);
    const look = lookOf(block, data, editor, leaving.get(block.id), entered.has(block.id));
    const held = was?.dragging || (was && was.position.x === block.x && was.position.y === block.y);
    const node = {
      ...was,
      id: block.id,
      type: "block",
      position: held ? was.position : { x: block.x, y: block.y },
      data: steady(was?.data, look),
      selected: ids.has(block.id),
      className: targets ? aimed(block.id, targets, linking) : "",
      ariaLabel: spoken(look, ids.has(block.id), data.t),
      domAttributes: was?.domAttributes ?? described(data.t),
    };
    return was && same(was, node) ? was : node;
  });
}

const described = (t) => ({ "aria-roledescription": t.block, "aria-describedby": "wp-canvas-keys" });

function grouped(wires) {
  const found = new Map();
  for (const wire of wires) found.set(wire.from, [...(found.get(wire.from) ?? []), wire]);
  return found;
}

function aimed(id, targets, linking) {
  if (id === linking.from) return "source-of-wire";
  if (id === linking.to) return "aim";
  return targets.has(id) ? "may" : "may-not";
}

function same(a, b) {
  return Object.keys(b).every((name) => a[name] === b[name]);
}

function lookOf(block, data, editor, wires = [], entered = false) {
  const face = data.faces[block.id];
  const item = editor.kinds.get(block.kind);
  const cases = face?.cases?.length ? face.cases : null;
  return {
    title: face?.title || item?.label || block.kind,
    kind: item?.label ?? block.kind,
    icon: face?.icon || item?.icon || "widgets",
    lines: face?.lines ?? [],
    tone: face?.tone ?? "",
    badge: face?.badge ?? "",
    mark: face?.mark ?? "",
    problems: face?.problems ?? [],
    ports: portsOf(item, cases, wires),
    entry: entered || !item || Boolean(item.in),
  };
}

function spoken(look, selected, t) {
  const problems = look.problems.map((problem) => `${t[problem.level]}: ${problem.text}`);
  const mark = look.mark && t[`mark_${look.mark}`];
  const kind = look.kind === look.title ? "" : look.kind;
  const parts = [look.title, kind, mark, ...look.lines, look.badge, ...problems, selected && t.selected];
  return parts.filter(Boolean).join(", ");
}

export function shownWires(old, doc, data, editor, { ids, chosen, linking, over }) {
  const before = new Map(old.map((edge) => [edge.id, edge]));
  const edges = doc.wires.map((wire) => {
    const key = wireKey(wire);
    const was = before.get(key);
    const near = ids.has(wire.from) || ids.has(wire.to);
    const edge = {
      id: key,
      type: "wire",
      source: wire.from,
      target: wire.to,
      sourceHandle: portId(wire.port),
      targetHandle: "in",
      selected: chosen.has(key),
      focusable: near || chosen.has(key),
      className: over === key ? "over" : near ? "near" : "",
      ariaLabel: fill(data.t.wire, { a: editor.titleOf(wire.from), b: editor.titleOf(wire.to) }),
      markerEnd: near || chosen.has(key) || over === key ? BRIGHT : MARKER,
    };
    return was && same(was, edge) ? was : edge;
  });
  if (linking?.to) edges.push(preview(linking));
  return edges;
}

function preview({ from, to, port }) {
  return {
    id: "~",
    type: "wire",
    source: from,
    target: to,
    sourceHandle: portId(port),
    targetHandle: "in",
    className: "preview",
    selectable: false,
    focusable: false,
    markerEnd: BRIGHT,
  };
}
