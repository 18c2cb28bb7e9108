// What a person does on the canvas, as one object without React: every button, key and pointer ends in one of these
// methods. It holds the desk (the document) and a small state of its own (selection, linking, what is open).

import { Desk } from "../core/desk.mjs";
import * as edits from "../core/doc.mjs";
import * as layout from "../core/layout.mjs";
import * as rules from "../core/rules.mjs";
import { Copying } from "./copying.js";
import { Linking } from "./linking.js";
import { Looking } from "./looking.js";
import { steady } from "./steady.mjs";
import { fill, portId } from "./words.js";

const NOTHING = Object.freeze([]);
const NONE = new Set();
const PORT = 23; // pixels from the top of a block to its plain ports
const SHOWN_MS = 5_000; // how long a warning stays
const PAUSE_MS = 800; // after which moving by arrow keys is a new step of undo
const RETRY_MS = 10_000;

export class Editor extends Looking {
  constructor(host) {
    super();
    this.host = host;
    this.mountId = Math.random().toString(36).slice(2, 10);
    this.listeners = new Set();
    this.data = null;
    this.kinds = new Map();
    this.flow = null; // React Flow's instance, once it is drawn
    this.acts = 0;
    this.held = false; // a drag is under way
    this.told = "";
    this.nudged = 0; // when an arrow key has moved a block last
    this.nudges = 0; // and how often one has begun to
    this.telling = 0; // the timer of a selection on its way to Python
    this.focused = 0;
    this.viewed = null; // the draft that has been shown for the first time
    this.ui = {
      data: null,
      ids: NONE,
      wires: NONE,
      linking: null,
      picker: null,
      ghost: null,
      said: "",
      warning: "",
      finding: null,
      several: false,
      help: false,
      palette: true,
    };
    this.desk = new Desk({ client: this.mountId, send: (doc) => this.send(doc), storage: storage() });
    this.linking = new Linking(this);
    this.copying = new Copying(this);
    this.retry = setInterval(() => this.editable && this.desk.resend(), RETRY_MS);
  }

  stop() {
    clearInterval(this.retry);
    clearTimeout(this.fading);
    clearTimeout(this.telling);
  }

  // A store for React.

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = () => this.ui;

  set(changes) {
    this.ui = { ...this.ui, ...changes };
    for (const listener of this.listeners) listener();
  }

  // Python.

  update(data, { setStateValue, setTriggerValue }) {
    this.setState = setStateValue;
    this.setTrigger = setTriggerValue;
    this.data = steady(this.data, data);
    this.kinds = rules.kindsOf(this.data.palette);
    if (this.ui.data !== this.data) this.set({ data: this.data });
    const fresh = this.desk.receive(this.data.server, this.data.saved, this.editable);
    if (fresh) this.prune();
    if (fresh && !this.doc.blocks.length) this.viewed = this.desk.draft; // it is built under the person's eyes
    this.followFocus();
  }

  send(doc) {
    clearTimeout(this.telling);
    this.telling = 0;
    const ids = [...this.ui.ids];
    this.told = ids.join();
    this.setState("selected", ids);
    this.setState("doc", doc);
  }

  act(what, more = {}) {
    this.acts += 1;
    this.setTrigger("act", { do: what, n: this.acts, ...more });
  }

  /** Python asks for a block to be shown: a problem in a list has been clicked. */
  followFocus() {
    const { focus } = this.data;
    if (!focus || focus.n <= this.focused) return;
    this.focused = focus.n;
    if (!edits.blockOf(this.doc, focus.id)) return;
    this.select([focus.id]);
    this.reveal(focus.id, true);
  }

  // Reading.

  get doc() {
    return this.desk.doc;
  }

  get t() {
    return this.data.t;
  }

  get editable() {
    return this.data?.mode === "edit";
  }

  titleOf = (id) => {
    const block = edits.blockOf(this.doc, id);
    return this.data.faces[id]?.title || this.kinds.get(block?.kind)?.label || block?.kind || id;
  };

  portsOf(id) {
    const block = edits.blockOf(this.doc, id);
    const wires = this.doc.wires.filter((wire) => wire.from === id);
    return rules.portsOf(this.kinds.get(block?.kind), this.data.faces[id]?.cases, wires);
  }

  /** How much lower a wire begins than it ends when both blocks are level, as measured; see layout.layered. */
  dropOf = ({ from, port }) => {
    const ports = this.flow?.getInternalNode(from)?.internals.handleBounds?.source ?? NOTHING;
    const handle = ports.find((one) => one.id === portId(port));
    return handle ? Math.round(handle.y + handle.height / 2 - PORT) : 0;
  };

  sizeOf = (id) => this.flow?.getNode(id)?.measured ?? null;

  /** The one selected block, if it is just one. */
  get only() {
    return this.ui.ids.size === 1 ? [...this.ui.ids][0] : null;
  }

  say(text, values = {}) {
    // A text that is said twice must differ, or a screen reader keeps silent.
    const said = fill(text, values);
    this.set({ said: said === this.ui.said ? `${said}\u00a0` : said });
  }

  /** Say why something cannot be done, also to who looks. */
  warn(text, values) {
    this.say(text, values);
    clearTimeout(this.fading);
    this.set({ warning: this.ui.said });
    this.fading = setTimeout(() => this.set({ warning: "" }), SHOWN_MS);
  }

  // Selection.

  select(ids, wires = NOTHING) {
    const [next, lines] = [new Set(ids), new Set(wires)];
    const moved = !alike(next, this.ui.ids);
    if (!moved && alike(lines, this.ui.wires)) return;
    this.set({ ids: moved ? next : this.ui.ids, wires: lines });
    if (moved) this.tellSelection();
  }

  /** A drag begins by selecting: Python hears of that together with the drop. */
  tellSelection() {
    if (this.telling) return;
    this.telling = setTimeout(() => {
      this.telling = 0;
      const ids = [...this.ui.ids];
      if (this.held || ids.join() === this.told) return;
      this.told = ids.join();
      this.setState("selected", ids);
    });
  }

  hold() {
    this.held = true;
  }

  /** The drag or the box is done: `change` may send the document, and the selection with it. */
  release(change = () => false) {
    if (!this.held) return;
    this.held = false;
    if (!change() && !this.telling) this.tellSelection();
  }

  /** React Flow says which blocks were selected and which not. */
  chose(changes) {
    const ids = new Set(this.ui.ids);
    for (const { id, selected } of changes) selected ? ids.add(id) : ids.delete(id);
    this.select(ids, this.ui.wires);
  }

  choseWires(changes) {
    const keys = new Set(this.ui.wires);
    for (const { id, selected } of changes) selected ? keys.add(id) : keys.delete(id);
    this.select(this.ui.ids, keys);
  }

  /** Change the document and the selection in one go, so that Python hears of both in one rerun. */
  edit(doc, ids = this.ui.ids, group = "") {
    if (!this.editable || doc === this.doc) return false;
    const there = edits.idsOf(doc);
    this.set({ ids: new Set([...ids].filter((id) => there.has(id))), wires: NONE });
    return this.desk.edit(doc, group);
  }

  /** Forget what is no longer there. */
  prune() {
    const there = edits.idsOf(this.doc);
    const keys = new Set(this.doc.wires.map(edits.wireKey));
    const ids = [...this.ui.ids].filter((id) => there.has(id));
    const wires = [...this.ui.wires].filter((key) => keys.has(key));
    if (ids.length !== this.ui.ids.size || wires.length !== this.ui.wires.size) this.select(ids, wires);
    const { linking } = this.ui;
    if (linking && !there.has(linking.from)) this.linking.cancel();
  }

  selectAll() {
    this.select(this.doc.blocks.map((block) => block.id));
    this.say(this.t.said_selected, { n: this.ui.ids.size });
  }

  // Edits.

  undo = () => this.travelled(this.editable && this.desk.undo(), this.t.said_undone);

  redo = () => this.travelled(this.editable && this.desk.redo(), this.t.said_redone);

  travelled(went, text) {
    if (!went) return;
    this.prune();
    this.say(text);
  }

  /** Add a block of the palette at a place of the canvas, cutting into the wire `key` if there is one. */
  addAt(item, at, key = "") {
    const block = this.made(item, at);
    const port = rules.portsOf(item, null)[0]?.id ?? null;
    const next = key && port !== null ? edits.spliced(this.doc, key, block, port) : edits.added(this.doc, block);
    this.edit(next, [block.id]);
    this.say(this.t.said_added, { a: item.label });
    return block.id;
  }

  /** Add a block beside the selected one and wire the two where that makes sense. */
  addNear(item) {
    const anchor = this.only && edits.blockOf(this.doc, this.only);
    const block = this.made(item, { x: 0, y: 0 });
    const wire = anchor && this.wireBetween(anchor, block);
    const step = edits.WIDTH + 88;
    const at = !anchor
      ? this.middle()
      : { x: anchor.x + (wire ? (wire.to === block.id ? step : -step) : 0), y: anchor.y + (wire ? 0 : 120) };
    Object.assign(block, edits.freePlace(this.doc, at));
    this.edit(edits.added(this.doc, block, ...(wire ? [wire] : [])), [block.id]);
    if (wire) this.say(this.t.said_added_after, { a: item.label, b: this.titleOf(anchor.id) });
    else this.say(this.t.said_added, { a: item.label });
    this.reveal(block.id);
  }

  wireBetween(anchor, block) {
    const doc = edits.added(this.doc, block);
    const port = rules.freePort(this.doc, anchor.id, this.portsOf(anchor.id));
    const onwards = { from: anchor.id, to: block.id, port: port ?? "" };
    if (port !== null && !rules.refusal(doc, this.kinds, onwards)) return onwards;
    const first = rules.portsOf(this.kinds.get(block.kind), null)[0]?.id ?? "";
    const back = { from: block.id, to: anchor.id, port: first };
    return this.kinds.get(block.kind)?.in || rules.refusal(doc, this.kinds, back) ? null : back;
  }

  made(item, at) {
    const id = edits.newId(item.kind, edits.idsOf(this.doc));
    return { id, kind: item.kind, x: edits.snap(at.x), y: edits.snap(at.y), set: structuredClone(item.set ?? {}) };
  }

  /** Draw a wire, or say why not; true if it stands. */
  connect(wire) {
    const why = rules.refusal(this.doc, this.kinds, wire);
    const names = { a: this.titleOf(wire.from), b: this.titleOf(wire.to) };
    if (why) this.warn(this.t[`refused_${why}`], names);
    else if (this.edit(edits.connected(this.doc, wire))) this.say(this.t.said_connected, names);
    return !why;
  }

  remove() {
    const { ids, wires } = this.ui;
    if (!ids.size && !wires.size) return;
    const text = ids.size ? this.t.said_removed : this.t.said_disconnected;
    if (this.edit(edits.removed(this.doc, ids, wires), NOTHING)) this.say(text, { n: ids.size || wires.size });
    this.focusBoard(); // what had the focus may be gone: the block, or the button that was pressed
  }

  duplicate() {
    this.copying.insert(edits.excerpt(this.doc, this.ui.ids), 32);
  }

  move(places) {
    return this.edit(edits.moved(this.doc, places));
  }

  nudge(dx, dy) {
    const blocks = this.chosen();
    const places = new Map(blocks.map((b) => [b.id, { x: b.x + dx, y: b.y + dy }]));
    const now = performance.now();
    if (now - this.nudged > PAUSE_MS) this.nudges += 1;
    this.nudged = now;
    this.edit(edits.moved(this.doc, places), this.ui.ids, `${this.nudges} ${[...places.keys()].join()}`);
  }

  chosen() {
    return this.doc.blocks.filter((block) => this.ui.ids.has(block.id));
  }

  arrange(how) {
    const blocks = this.chosen();
    if (how === "tidy") this.move(layout.layered(this.doc, this.sizeOf, this.dropOf));
    else if (blocks.length < 2) return;
    else if (how === "left" || how === "top") this.move(layout.aligned(blocks, how));
    else this.move(layout.distributed(blocks, how, this.sizeOf));
    this.say(this.t.said_arranged);
    if (how === "tidy") requestAnimationFrame(() => this.fit());
  }

  open(id) {
    this.select([id]);
    this.act("open", { id });
  }
}

const alike = (a, b) => a.size === b.size && [...a].every((one) => b.has(one));

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
