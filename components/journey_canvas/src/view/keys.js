// The keyboard. `mod` is Ctrl, and Cmd on a Mac.

const ARROWS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] };
const STEP = 8;
const LEAP = 40;

// Everywhere on the component.
const ANYWHERE = {
  "mod+z": (editor) => editor.undo(),
  "mod+shift+z": (editor) => editor.redo(),
  "mod+y": (editor) => editor.redo(),
  "mod+f": (editor) => editor.search(""),
  "/": (editor) => editor.search(""),
  "?": (editor) => editor.set({ help: true }),
  "shift+?": (editor) => editor.set({ help: true }),
  "mod+s": (editor) => editor.editable && editor.act("save"),
  "mod+enter": (editor) => editor.act("try"),
  f6: (editor) => nextRegion(editor),
};

// On the board only; in the palette the same keys may mean something else.
const ON_BOARD = {
  "mod+a": (editor) => editor.selectAll(),
  "mod+d": (editor) => editor.duplicate(),
  delete: (editor) => editor.remove(),
  backspace: (editor) => editor.remove(),
  "shift+!": (editor) => editor.fit(),
  f: (editor) => editor.fit(),
  "+": (editor) => editor.flow?.zoomIn({ duration: editor.pace() }),
  "=": (editor) => editor.flow?.zoomIn({ duration: editor.pace() }),
  "-": (editor) => editor.flow?.zoomOut({ duration: editor.pace() }),
  l: (editor, id) => id && editor.linking.start(id, null, true),
  enter: (editor, id) => id && editor.open(id),
  " ": (editor, id) => id && editor.select([id]),
  "shift+ ": (editor, id) => id && toggled(editor, id),
  "mod+ ": (editor, id) => id && toggled(editor, id),
};

export function keyed(editor, event) {
  const combo = comboOf(event);
  // Streamlit takes a bare r for a rerun and a bare c for clearing its cache.
  if (combo === "r" || combo === "c") event.stopPropagation();
  if (combo === "escape") return escaped(editor, event);
  if (event.target.closest("input, textarea, [role=dialog]")) return;
  if (editor.ui.linking) return linked(editor, event, combo);
  const onBoard = event.target.closest(".board");
  const id = event.target.closest(".react-flow__node")?.dataset.id ?? null;
  // A bare Enter or Space on a button is the button's own.
  if (event.target.closest("button") && ["enter", " "].includes(combo)) return;
  if (onBoard && arrowed(editor, event, id)) return;
  const command = ANYWHERE[combo] ?? (onBoard ? ON_BOARD[combo] : null);
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  if (id && ["delete", "backspace", "mod+d"].includes(combo)) own(editor, id);
  command(editor, id ?? editor.only);
}

function comboOf(event) {
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  return `${mod}${event.shiftKey ? "shift+" : ""}${event.altKey ? "alt+" : ""}${event.key.toLowerCase()}`;
}

/** A key on a block that is not selected means that block. */
function own(editor, id) {
  if (!editor.ui.ids.has(id)) editor.select([id]);
}

function toggled(editor, id) {
  const ids = new Set(editor.ui.ids);
  if (!ids.delete(id)) ids.add(id);
  editor.select(ids);
}

function arrowed(editor, event, id) {
  const arrow = ARROWS[event.key.toLowerCase()];
  if (!arrow || event.altKey) return false;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey || !editor.editable) {
    editor.walkTo(event.key.slice(5).toLowerCase());
    return true;
  }
  if (id) own(editor, id);
  const step = event.shiftKey ? LEAP : STEP;
  editor.nudge(arrow[0] * step, arrow[1] * step);
  return true;
}

function linked(editor, event, combo) {
  const turns = { arrowright: 1, arrowleft: -1, tab: 1, "shift+tab": -1 };
  const ports = { arrowdown: 1, arrowup: -1 };
  if (combo in turns) editor.linking.turn(turns[combo]);
  else if (combo in ports) editor.linking.turnPort(ports[combo]);
  else if (combo === "enter" || combo === "l") editor.linking.finish();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Escape closes what is open, one thing at a time, and at last the selection. */
function escaped(editor, event) {
  const { picker, help, finding, ids, wires, ghost } = editor.ui;
  if (ghost) editor.set({ ghost: null });
  else if (editor.linking.cancel()) event.stopPropagation();
  else if (help) editor.set({ help: false });
  else if (picker) {
    editor.set({ picker: null });
    editor.focusBlock(picker.node);
  }
  else if (finding) editor.closeSearch();
  else if (ids.size || wires.size) editor.select([]);
}

/** F6 goes round: bar, palette, board. */
function nextRegion(editor) {
  const regions = [".bar", ".palette", ".board"].map((name) => editor.host.querySelector(name)).filter(Boolean);
  const here = editor.host.getRootNode().activeElement;
  const at = regions.findIndex((region) => region.contains(here));
  const region = regions[(at + 1) % regions.length];
  const first = region.querySelector(".react-flow__node, button[tabindex='0'], button:not([tabindex]):not([aria-disabled])");
  (first ?? region).focus();
}
