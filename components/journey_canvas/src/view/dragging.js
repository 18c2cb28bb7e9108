// While blocks are dragged: the grid, the guides, and the places that the drop will make lasting.

import { GRID, WIDTH, snap } from "../core/doc.mjs";
import { guides } from "../core/layout.mjs";

const REACH = 10; // pixels of the screen within which a guide draws a block onto its line

/** React Flow's changes with places on the grid, and the lines met; what `places` holds is what the drop means. */
export function draggedTo(changes, nodes, lead, places, editor) {
  const moves = changes.filter((change) => change.type === "position");
  if (!moves.length) return { changes, lines: null };
  const leading = moves.find((change) => change.id === lead && change.dragging && change.position);
  const met = leading ? meeting(leading.position, new Set(moves.map((c) => c.id)), nodes, editor) : null;
  const drawn = changes.map((change) => {
    if (change.type !== "position") return change;
    if (!change.dragging || !change.position) {
      return { ...change, position: places.get(change.id) ?? change.position };
    }
    const position = { x: snap(change.position.x + (met?.dx ?? 0)), y: snap(change.position.y + (met?.dy ?? 0)) };
    places.set(change.id, position);
    return { ...change, position };
  });
  return { changes: drawn, lines: met };
}

function meeting(position, moving, nodes, editor) {
  const { x, y, zoom } = editor.flow.getViewport();
  const box = editor.host.querySelector(".react-flow").getBoundingClientRect();
  const seen = nodes.filter((node) => {
    const [left, top] = [node.position.x * zoom + x, node.position.y * zoom + y];
    const inside = left > -WIDTH * zoom && left < box.width && top > -WIDTH * zoom && top < box.height;
    return inside && !moving.has(node.id);
  });
  return guides(
    position,
    seen.map((node) => node.position),
    Math.max(GRID / 2, REACH / zoom),
  );
}
