// The one place where the document on the canvas lives: edits, history, and the exchange with Python. The browser
// owns the document; Python's answers are taken in only when their revision has risen.

import { EMPTY, cleaned } from "./doc.mjs";
import { soundDoc } from "./clipboard.mjs";
import { NO_HISTORY, redone, remembered, step, undone } from "./history.mjs";
import { covers, drop, keep, kept } from "./recovery.mjs";

const REST_MS = 250;
const NO_GROUP = Object.freeze({ name: "", start: null });

export class Desk {
  /** `send(doc)` takes a document to Python; `storage` is the browser's, or null. */
  constructor({ client, send, storage = null }) {
    this.client = client;
    this.send = send;
    this.storage = storage;
    this.listeners = new Set();
    this.history = NO_HISTORY;
    this.group = NO_GROUP;
    this.resting = 0; // the timer of a document that is about to be sent
    this.seen = -1;
    this.rev = 0;
    this.draft = "";
    this.saved = null;
    this.unsaved = null; // what was sent last and is not in the database yet
    this.state = { doc: EMPTY, note: "", canUndo: false, canRedo: false, pending: 0, draft: "" };
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = () => this.state;

  get doc() {
    return this.state.doc;
  }

  show(changes) {
    const { past, future } = this.history;
    const pending = this.unsaved?.rev ?? 0;
    const can = { canUndo: past.length > 0, canRedo: future.length > 0 };
    this.state = { ...this.state, ...changes, ...can, pending, draft: this.draft };
    for (const listener of this.listeners) listener();
  }

  /**
   * Take in an edit; false if it changes nothing. Edits of the same `group` in a row, as of a key that is held down,
   * are one step of undo and are sent once they have come to rest.
   */
  edit(next, group = "") {
    if (!step(this.doc, next)) return false;
    const goesOn = group !== "" && group === this.group.name;
    if (!goesOn) this.group = { name: group, start: this.doc };
    const past = goesOn ? this.history.past.slice(0, -1) : this.history.past;
    this.history = remembered({ past, future: [] }, this.group.start, next);
    if (goesOn && this.history.past.length === past.length) this.group = NO_GROUP; // it is where it began
    this.hand(next, this.seen, group ? REST_MS : 0);
    return true;
  }

  undo = () => this.travel(undone(this.history, this.doc));

  redo = () => this.travel(redone(this.history, this.doc));

  travel(found) {
    if (!found) return false;
    this.group = NO_GROUP;
    this.history = found.history;
    this.hand(found.doc);
    return true;
  }

  /** Show a document and send it to Python as a new revision, at once or after a while. */
  hand(doc, base = this.seen, wait = 0) {
    this.rev += 1;
    this.unsaved = { client: this.client, rev: this.rev, base, draft: this.draft, blocks: doc.blocks, wires: doc.wires };
    keep(this.storage, this.unsaved);
    this.show({ doc });
    clearTimeout(this.resting);
    if (wait) this.resting = setTimeout(() => this.resend(), wait);
    else this.send(this.unsaved);
  }

  /** Send once more what the database does not have: the line was broken, or the page was slow. */
  resend() {
    if (this.unsaved) this.send(this.unsaved);
  }

  /** Take in what Python says; true if it brought another document. Who only reads sends nothing, kept or not. */
  receive(server, saved, editable = true) {
    const first = this.seen < 0 || server.draft !== this.draft;
    if (first) this.begin(server.draft);
    const fresh = server.rev > this.seen;
    if (fresh) this.accept(server, first);
    this.saved = saved;
    if (this.unsaved && covers(saved, this.unsaved)) {
      this.unsaved = null;
      drop(this.storage, this.draft);
    }
    if (first && editable) this.recover(saved);
    else if (first || fresh || this.state.pending !== (this.unsaved?.rev ?? 0)) this.show({});
    return fresh;
  }

  begin(draft) {
    this.draft = draft;
    this.seen = -1;
    this.history = NO_HISTORY;
    this.group = NO_GROUP;
    this.unsaved = null;
  }

  accept(server, first) {
    const doc = cleaned({ blocks: server.blocks, wires: server.wires });
    if (server.undoable && !first) this.history = remembered(this.history, this.doc, doc);
    else if (server.note === "reloaded" || server.note === "restored") this.history = NO_HISTORY;
    this.seen = server.rev;
    this.group = NO_GROUP;
    this.show({ doc, note: server.note ?? "" });
  }

  /** After a page was loaded anew: what this browser had kept goes to Python with the base it was made on. */
  recover(saved) {
    const found = kept(this.storage, this.draft, saved);
    if (!found) {
      drop(this.storage, this.draft);
      this.show({});
      return;
    }
    const doc = soundDoc(found);
    this.history = remembered(NO_HISTORY, this.doc, doc);
    this.hand(doc, found.base);
    this.show({ note: "restored" });
  }

  /** A note has been read. */
  quiet = () => this.show({ note: "" });
}
