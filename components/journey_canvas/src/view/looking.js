// The part of the editor that changes nothing: what is in sight, where the keyboard is, and the search.

import * as edits from "../core/doc.mjs";
import { found } from "../core/find.mjs";
import * as rules from "../core/rules.mjs";

const NOTHING = Object.freeze([]);
const MARGIN = 48; // pixels around what is shown first
const LEGIBLE = 0.75; // no smaller on the first look

/** What the editor extends; expects its `host`, `flow`, `doc`, `data`, `ui`, `select`, `set` and `say`. */
export class Looking {
  fit() {
    this.flow?.fitView({ padding: 0.16, maxZoom: 1, duration: this.pace() });
  }

  /** The whole draft if it can be read like that, else its beginning. */
  firstView(draft) {
    const box = this.host.querySelector(".react-flow")?.getBoundingClientRect();
    if (this.viewed === draft || !box || !this.flow || !this.doc.blocks.length) return;
    this.viewed = draft;
    const bounds = this.flow.getNodesBounds(this.flow.getNodes());
    const margin = Math.min(MARGIN, box.width / 16);
    const [width, height] = [box.width - 2 * margin, box.height - 2 * margin];
    const whole = Math.min(1, width / bounds.width, height / bounds.height);
    const zoom = Math.max(whole, LEGIBLE);
    const start = (room, size, from) => margin + Math.max(0, (room - size * zoom) / 2) - from * zoom;
    const [x, y] = [start(width, bounds.width, bounds.x), start(height, bounds.height, bounds.y)];
    this.flow.setViewport({ x, y, zoom });
    if (this.data.focus && this.data.focus.id === this.only) this.reveal(this.only, true);
  }

  pace() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 220;
  }

  /** The middle of what is seen, as a place for a block. */
  middle() {
    const box = this.host.querySelector(".react-flow")?.getBoundingClientRect();
    if (!box || !this.flow) return { x: 0, y: 0 };
    const at = this.flow.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
    return { x: at.x - edits.WIDTH / 2, y: at.y - edits.HEIGHT / 2 };
  }

  /** Bring a block into sight; in the middle if asked, else only as far as needed. */
  reveal(id, centre = false) {
    requestAnimationFrame(() => {
      const block = edits.blockOf(this.doc, id);
      const box = this.host.querySelector(".react-flow")?.getBoundingClientRect();
      if (!block || !box || !this.flow) return;
      const { x, y, zoom } = this.flow.getViewport();
      const [left, top] = [block.x * zoom + x, block.y * zoom + y];
      const inside = left > 16 && top > 16 && left + edits.WIDTH * zoom < box.width - 16;
      if (!centre && inside && top + edits.HEIGHT * zoom < box.height - 64) return;
      const [cx, cy] = [block.x + edits.WIDTH / 2, block.y + edits.HEIGHT / 2];
      this.flow.setCenter(cx, cy, { zoom: centre ? Math.max(zoom, 0.9) : zoom, duration: this.pace() });
    });
  }

  /** Put the keyboard's focus on a block; a new one cannot take it before it has been measured. */
  focusBlock(id, frames = 20) {
    const node = this.host.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    node?.focus({ preventScroll: true });
    const there = node && this.host.getRootNode().activeElement === node;
    if (!there && frames > 0) requestAnimationFrame(() => this.focusBlock(id, frames - 1));
  }

  focusBoard() {
    this.host.querySelector(".board")?.focus({ preventScroll: true });
  }

  /** The same, if the keyboard is on the board already. */
  carryFocus(id) {
    if (this.host.getRootNode().activeElement?.closest?.(".board")) this.focusBlock(id);
  }

  walkTo(direction) {
    const start = this.host.getRootNode().activeElement?.closest?.(".react-flow__node")?.dataset.id ?? this.only;
    const next = rules.neighbour(this.doc, start, direction);
    if (!next) return;
    this.select([next.id]);
    this.reveal(next.id);
    this.focusBlock(next.id);
  }

  search(question, turn = 0) {
    const textsOf = (block) => {
      const face = this.data.faces[block.id];
      return [this.titleOf(block.id), ...(face?.lines ?? NOTHING), this.kinds.get(block.kind)?.label, face?.badge];
    };
    const hits = found(this.doc, textsOf, question);
    const old = this.ui.finding;
    const at = old?.question === question && hits.length ? (old.at + turn + hits.length) % hits.length : 0;
    this.set({ finding: { question, hits, at } });
    if (!hits.length) return;
    this.select([hits[at]]);
    this.reveal(hits[at], true);
    this.say(this.t.said_found, { a: this.titleOf(hits[at]), n: at + 1, m: hits.length });
  }

  closeSearch() {
    const id = this.only;
    this.set({ finding: null });
    if (id) this.focusBlock(id);
  }
}
