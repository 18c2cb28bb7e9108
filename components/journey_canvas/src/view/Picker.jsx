// A wire let go over the empty board offers the blocks that may stand at its end.

import { useEffect, useRef, useState } from "react";
import { added, blockOf } from "../core/doc.mjs";
import { matches } from "../core/find.mjs";
import { portsOf, refusal } from "../core/rules.mjs";
import { Icon, useData, useEditor, useUi } from "./parts.jsx";

const WIDTH = 264;
const HEIGHT = 320;

export function Picker() {
  const picker = useUi((ui) => ui.picker);
  return picker && <Choices key={`${picker.x},${picker.y}`} picker={picker} />;
}

function Choices({ picker }) {
  const editor = useEditor();
  const { t, palette } = useData();
  const [question, ask] = useState("");
  const box = useRef(null);
  useEffect(() => box.current.querySelector("input").focus(), []);
  const items = palette
    .flatMap((group) => group.items)
    .filter((item) => wireTo(editor, picker, item) && matches(question, [item.label, item.hint]));
  const close = () => editor.set({ picker: null });
  const choose = (item) => {
    close();
    place(editor, picker, item);
  };
  return (
    <div className="veil clear" onPointerDown={(event) => event.target === event.currentTarget && close()}>
      <div className="picker" role="dialog" aria-label={t.pick} ref={box} style={spot(editor, picker)}>
        <label className="search">
          <Icon name="search" />
          <input
            value={question}
            placeholder={t.pick}
            aria-label={t.pick}
            onChange={(event) => ask(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && items[0] && choose(items[0])}
          />
        </label>
        <ul onKeyDown={walked}>
          {items.map((item) => (
            <li key={item.id}>
              <button type="button" className="item" onClick={() => choose(item)}>
                <Icon name={item.icon} />
                <span className="label">{item.label}</span>
              </button>
            </li>
          ))}
          {items.length === 0 && <li className="none">{t.no_items}</li>}
        </ul>
      </div>
    </div>
  );
}

function walked(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll("button")];
  items[(items.indexOf(event.target) + by + items.length) % items.length]?.focus();
}

/** Where the list stands: at the pointer, but within the canvas. */
function spot(editor, { x, y }) {
  const box = editor.host.getBoundingClientRect();
  const left = Math.max(8, Math.min(x - box.left, box.width - WIDTH - 8));
  const top = Math.max(8, Math.min(y - box.top, box.height - HEIGHT - 8));
  return { left, top, width: WIDTH, maxHeight: HEIGHT };
}

/** The wire between where the picker came from and a new block `~`; null if it may not be. */
function wireTo(editor, { node, port }, item) {
  if (!blockOf(editor.doc, node)) return null;
  const doc = added(editor.doc, { id: "~", kind: item.kind });
  const wire =
    port === null
      ? { from: "~", to: node, port: portsOf(item, null)[0]?.id ?? "" }
      : { from: node, to: "~", port };
  return refusal(doc, editor.kinds, wire) ? null : wire;
}

function place(editor, picker, item) {
  const wire = wireTo(editor, picker, item);
  const at = editor.flow.screenToFlowPosition({ x: picker.x, y: picker.y });
  const block = editor.made(item, { x: picker.port === null ? at.x - 224 : at.x, y: at.y - 24 });
  const named = (id) => (id === "~" ? block.id : id);
  editor.edit(added(editor.doc, block, { ...wire, from: named(wire.from), to: named(wire.to) }), [block.id]);
  editor.say(editor.t.said_added_after, { a: item.label, b: editor.titleOf(picker.node) });
  editor.focusBlock(block.id);
}
