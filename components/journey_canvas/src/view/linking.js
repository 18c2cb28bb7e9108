// Drawing a wire without dragging: by clicks (port, then block) and by keys (L, arrows or Tab, Enter).

import { freePort, refusal, targetsOf } from "../core/rules.mjs";

export class Linking {
  constructor(editor) {
    this.editor = editor;
  }

  get now() {
    return this.editor.ui.linking;
  }

  /** Start at a port of a block; without a port at the first one that is free. */
  start(from, port = null, choose = false) {
    const { editor } = this;
    if (!editor.editable) return;
    const leaving = port ?? freePort(editor.doc, from, editor.portsOf(from));
    if (leaving === null) {
      editor.warn(editor.t.refused_out, { a: editor.titleOf(from) });
      return;
    }
    const targets = targetsOf(editor.doc, editor.kinds, from, leaving).map((block) => block.id);
    if (!targets.length) {
      editor.warn(editor.t.no_target, { a: editor.titleOf(from) });
      return;
    }
    editor.set({ linking: { from, port: leaving, targets, to: choose ? targets[0] : null } });
    editor.focusBlock(from);
    this.tell();
  }

  turn(by) {
    const { targets, to } = this.now;
    const at = to === null ? (by > 0 ? 0 : targets.length - 1) : (targets.indexOf(to) + by + targets.length) % targets.length;
    this.editor.set({ linking: { ...this.now, to: targets[at] } });
    this.editor.reveal(targets[at]);
    this.tell();
  }

  /** The next or previous case of a branch as the port to start from. */
  turnPort(by) {
    const { from, port } = this.now;
    const ports = this.editor.portsOf(from).map((one) => one.id);
    if (ports.length < 2) return this.turn(by);
    this.start(from, ports[(ports.indexOf(port) + by + ports.length) % ports.length], true);
  }

  tell() {
    const { editor } = this;
    const { from, port, to } = this.now;
    const a = editor.titleOf(from);
    const label = editor.portsOf(from).find((one) => one.id === port)?.label;
    const values = { a: label ? `${a} (${label})` : a, b: to && editor.titleOf(to) };
    editor.say(to ? editor.t.linking_to : editor.t.linking, values);
  }

  finish(to = this.now?.to) {
    const { editor, now } = this;
    if (!now || !to) return;
    const wire = { from: now.from, to, port: now.port };
    if (refusal(editor.doc, editor.kinds, wire)) {
      editor.connect(wire); // says why; the person may choose another block
      return;
    }
    editor.set({ linking: null });
    editor.connect(wire);
  }

  cancel() {
    if (!this.now) return false;
    this.editor.set({ linking: null });
    this.editor.say(this.editor.t.said_cancelled);
    return true;
  }
}
