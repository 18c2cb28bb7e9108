// What can be put on the board: dragged there by mouse, finger or pen, or added by a click or Enter.

import { useDeferredValue, useMemo, useRef, useState } from "react";
import { sifted } from "../core/find.mjs";
import { Icon, useData, useEditor, useUi } from "./parts.jsx";
import { pull } from "./pulling.js";

const CLICK_MS = 700;

export function Palette() {
  const { t, palette } = useData();
  const [question, ask] = useState("");
  const wanted = useDeferredValue(question);
  const groups = useMemo(() => sifted(palette, wanted), [palette, wanted]);
  const list = useRef(null);
  return (
    <aside className="palette" aria-label={t.palette}>
      <label className="search">
        <Icon name="search" />
        <input
          type="search"
          value={question}
          placeholder={t.search_palette}
          aria-label={t.search_palette}
          onChange={(event) => ask(event.target.value)}
          onKeyDown={(event) => fromSearch(event, list.current, ask)}
        />
      </label>
      <div className="groups" ref={list} onKeyDown={(event) => walked(event, list.current)}>
        {groups.map((group, n) => (
          <Group key={group.id} group={group} first={n === 0} />
        ))}
        {groups.length === 0 && <p className="none">{t.no_items}</p>}
      </div>
    </aside>
  );
}

function fromSearch(event, list, ask) {
  if (event.key === "ArrowDown") list.querySelector("button")?.focus();
  else if (event.key === "Enter") list.querySelector("button")?.click();
  else if (event.key === "Escape" && event.target.value) ask("");
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Arrows walk through all items, over the borders of groups. */
function walked(event, list) {
  const items = [...list.querySelectorAll("button")];
  const at = items.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 };
  if (!(event.key in to)) return;
  event.preventDefault();
  event.stopPropagation();
  if (to[event.key] < 0) list.parentElement.querySelector("input").focus();
  items[to[event.key]]?.focus();
}

function Group({ group, first }) {
  return (
    <section aria-label={group.label}>
      <h3>{group.label}</h3>
      <ul>
        {group.items.map((item, n) => (
          <Item key={item.id} item={item} reachable={first && n === 0} />
        ))}
      </ul>
    </section>
  );
}

function Item({ item, reachable }) {
  const editor = useEditor();
  const done = useRef(0); // when a pointer was let go here: the click that follows is not a second wish
  return (
    <li>
      <button
        type="button"
        className="item"
        data-item={item.id}
        data-tip={item.hint || undefined}
        tabIndex={reachable ? 0 : -1}
        aria-label={item.hint ? `${item.label}. ${item.hint}` : item.label}
        onPointerDown={(event) => pull(event, item, editor, () => (done.current = performance.now()))}
        onClick={() => performance.now() - done.current > CLICK_MS && editor.addNear(item)}
      >
        <span className="face">
          <Icon name={item.icon} />
        </span>
        <span className="label">{item.label}</span>
        <Icon name="drag_indicator" className="grip" />
      </button>
    </li>
  );
}

/** The block that follows the pointer. */
export function Ghost() {
  const { t } = useData();
  const ghost = useUi((ui) => ui.ghost);
  if (!ghost) return null;
  const { item, x, y, ok, over, zoom } = ghost;
  return (
    <div
      className="ghost block"
      data-ok={ok || undefined}
      aria-hidden="true"
      style={{ transform: `translate(${x}px, ${y}px) scale(${zoom}) translate(-50%, -24px)` }}
    >
      <div className="head">
        <span className="face">
          <Icon name={item.icon} />
        </span>
        <span className="title">{item.label}</span>
      </div>
      {over && (
        <span className="mark">
          <Icon name="add_link" />
          {t.splice}
        </span>
      )}
    </div>
  );
}
