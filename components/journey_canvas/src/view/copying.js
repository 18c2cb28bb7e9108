// Copy, cut and paste by the browser's own clipboard events, which need no permission and work on plain http too.

import { parsed, written } from "../core/clipboard.mjs";
import { excerpt, pasted } from "../core/doc.mjs";

const STEP = 32;

export class Copying {
  constructor(editor) {
    this.editor = editor;
    this.last = "";
    this.times = 0;
  }

  copy(event) {
    const { editor } = this;
    const clip = excerpt(editor.doc, editor.ui.ids);
    if (!clip.blocks.length) return false;
    event.clipboardData.setData("text/plain", written(clip));
    event.preventDefault();
    this.times = 0;
    editor.say(editor.t.said_copied, { n: clip.blocks.length });
    return true;
  }

  cut(event) {
    if (this.editor.editable && this.copy(event)) this.editor.remove();
  }

  paste(event) {
    const { editor } = this;
    if (!editor.editable) return;
    const text = event.clipboardData.getData("text/plain");
    const clip = parsed(text, editor.kinds);
    event.preventDefault();
    if (!clip) {
      editor.warn(editor.t.said_no_blocks);
      return;
    }
    this.times = text === this.last ? this.times + 1 : 1;
    this.last = text;
    this.insert(clip, STEP * this.times);
  }

  /** Put copies beside their originals, or in the middle if those are not in this draft or not in sight. */
  insert(clip, aside) {
    const { editor } = this;
    if (!editor.editable || !clip.blocks.length) return;
    const left = Math.min(...clip.blocks.map((block) => block.x));
    const top = Math.min(...clip.blocks.map((block) => block.y));
    const here = new Set(editor.doc.blocks.map((block) => block.id));
    const near = clip.blocks.some((block) => here.has(block.id));
    const at = near ? { x: left + aside, y: top + aside } : editor.middle();
    const { doc, ids } = pasted(editor.doc, clip, at);
    if (editor.edit(doc, ids)) editor.say(editor.t.said_pasted, { n: ids.size });
    if (!ids.size) return;
    editor.reveal([...ids][0]);
    editor.carryFocus([...ids][0]);
  }
}
