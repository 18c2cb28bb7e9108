// Pulling an item out of the palette by pointer events, which mouse, finger and pen share.

import { WIDTH } from "../core/doc.mjs";
import { refusal } from "../core/rules.mjs";

const SLACK = 6; // pixels before a press becomes a pull

/** Follow a pointer from its press to where it is let go: on the board, or here, which adds the item too. */
export function pull(event, item, editor, onDone) {
  if (event.button) return;
  const button = event.currentTarget;
  const [startX, startY] = [event.clientX, event.clientY];
  let pulling = false;
  button.setPointerCapture(event.pointerId); // a fast pointer is off the button before the first move is told
  const move = (e) => {
    if (!pulling && Math.hypot(e.clientX - startX, e.clientY - startY) < SLACK) return;
    if (pulling && !editor.ui.ghost) return; // Escape has stopped it
    pulling = true;
    follow(e, item, editor);
  };
  const end = (e) => {
    for (const [name, listener] of listeners) button.removeEventListener(name, listener);
    const { ghost } = editor.ui;
    if (pulling) editor.set({ ghost: null });
    if (e.type !== "pointerup") return;
    onDone();
    // A phone gives no click to a tap that stops a list from rolling, so the tap itself counts.
    if (!pulling) editor.addNear(item);
    else if (ghost?.ok) drop(e, item, editor, ghost.over);
  };
  const listeners = [
    ["pointermove", move],
    ["pointerup", end],
    ["pointercancel", end],
  ];
  for (const [name, listener] of listeners) button.addEventListener(name, listener);
}

function follow(event, item, editor) {
  const { clientX, clientY } = event;
  const under = editor.host.getRootNode().elementsFromPoint(clientX, clientY);
  const ok = under.some((one) => one.closest(".react-flow")) && !under.some((one) => one.closest(".palette"));
  const over = ok ? wireUnder(under, item, editor) : "";
  const box = editor.host.getBoundingClientRect();
  const zoom = ok ? editor.flow.getZoom() : 1;
  editor.set({ ghost: { item, x: clientX - box.left, y: clientY - box.top, ok, over, zoom } });
}

/** The wire below the pointer, if this block could stand in it. */
function wireUnder(under, item, editor) {
  const key = under.map((one) => one.closest(".react-flow__edge")).find(Boolean)?.dataset.id;
  const wire = key && editor.doc.wires.find((w) => `${w.from}|${w.port}|${w.to}` === key);
  if (!wire) return "";
  const trial = { id: "~", kind: item.kind };
  const doc = { blocks: [...editor.doc.blocks, trial], wires: [] };
  const before = refusal(doc, editor.kinds, { from: wire.from, to: "~", port: wire.port });
  const after = refusal(doc, editor.kinds, { from: "~", to: wire.to, port: "" });
  return before || after ? "" : key;
}

function drop(event, item, editor, over) {
  const at = editor.flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
  const id = editor.addAt(item, { x: at.x - WIDTH / 2, y: at.y - 24 }, over);
  editor.focusBlock(id);
}
