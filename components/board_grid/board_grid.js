// Tiles on a grid of 12 columns, and the column of a phone. State to Python: "doc", a whole layout after each gesture.

const COLUMNS = 12;
const MOST_ROWS = 40;
const MOST_Y = 500;
const GAP = 8;
const STEPS = 100; // that can be undone

// [rules] The same as waypost.journeys.boards.layout; a test compares both.
const beside = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w;
const reading = (a, b) => a.y - b.y || a.x - b.x || (a.block < b.block ? -1 : 1);
const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
const bottomOf = (places) => places.reduce((most, p) => Math.max(most, p.y + p.h), 0);

/** Each slides up until one before it in its columns stops it. */
function pack(line) {
  const packed = [];
  for (const place of line) packed.push({ ...place, y: bottomOf(packed.filter((before) => beside(before, place))) });
  return packed.sort(reading);
}

const tidy = (places) => pack([...places].sort(reading));

function move(places, block, x, y) {
  const line = [...places].sort(reading);
  const held = line.find((p) => p.block === block);
  let at = line.indexOf(held);
  x = clamp(x, 0, COLUMNS - held.w);
  y = clamp(y, 0, MOST_Y);
  const others = line.filter((p) => p !== held);
  if (y > held.y) at = Math.max(at, others.filter((p) => 2 * p.y + p.h < 2 * (y + held.h)).length);
  else if (y < held.y) at = Math.min(at, others.filter((p) => 2 * p.y + p.h <= 2 * y).length);
  return pack([...others.slice(0, at), { ...held, x, y }, ...others.slice(at)]);
}

function resize(places, block, w, h, least) {
  const line = [...places].sort(reading).map((p) => {
    if (p.block !== block) return p;
    const wide = Math.max(Math.min(Math.max(w, least[0]), COLUMNS - p.x), 1);
    return { ...p, w: wide, h: Math.min(Math.max(h, least[1]), MOST_ROWS) };
  });
  return pack(line);
}

function add(places, block, size) {
  const line = [...places].sort(reading);
  const last = line.at(-1);
  const x = last && last.x + last.w + size[0] <= COLUMNS ? last.x + last.w : 0;
  return pack([...line, { block, x, y: Math.min(bottomOf(line), MOST_Y), w: size[0], h: size[1] }]);
}
// [/rules]

class BoardGrid {
  constructor(root, signal) {
    this.root = root;
    this.client = token(12);
    this.sent = 0;
    this.base = -1;
    this.tab = matchMedia("(max-width: 640px)").matches ? "phone" : "wide";
    this.past = [];
    this.future = [];
    this.words = "";
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("pointerdown", (event) => this.grasp(event));
    root.addEventListener("pointermove", (event) => this.drag && this.follow(event));
    root.addEventListener("pointerup", () => this.drag && this.drop(true));
    root.addEventListener("pointercancel", () => this.drag && this.drop(false));
    const sizes = new ResizeObserver(() => this.doc && this.draw());
    sizes.observe(root);
    signal.addEventListener("abort", () => sizes.disconnect());
  }

  update(data, send) {
    Object.assign(this, { data, send });
    const { server, saved } = data;
    if (server.draft !== this.draft) this.open(server);
    else if (server.rev > this.base) this.take(server);
    if (saved && saved.client === this.client && saved.rev >= this.sent) this.forget();
    this.draw();
  }

  /** Another draft: nothing of the last one is kept but what was never stored of this one. */
  open(server) {
    Object.assign(this, { draft: server.draft, base: server.rev, doc: shaped(server), past: [], future: [] });
    const kept = this.kept();
    if (!kept || this.data.mode === "read") return;
    this.doc = kept.doc;
    this.base = kept.base;
    this.commit();
  }

  take(server) {
    if (server.undoable) this.remember(this.doc);
    this.base = server.rev;
    if (this.drag) this.drop(false);
    this.doc = shaped(server);
  }

  // ---- what a person does

  get reads() {
    return this.data.mode === "read";
  }

  click(event) {
    const button = event.target.closest("button[data-do]");
    if (!button || button.disabled) return;
    const { block } = button.dataset;
    const acts = {
      tab: () => this.turn(button.dataset.tab),
      undo: () => this.undo(),
      redo: () => this.redo(),
      add: () => this.add(button.dataset.show),
      remove: () => this.remove(block),
      hide: () => this.onPhone(block, (p) => ({ ...p, hidden: !p.hidden })),
      higher: () => this.onPhone(block, (p) => ({ ...p, h: Math.min((p.h ?? this.place(block).h) + 1, MOST_ROWS) })),
      lower: () => this.onPhone(block, (p) => ({ ...p, h: this.lower(p) })),
    };
    acts[button.dataset.do]?.();
  }

  turn(tab) {
    this.tab = tab;
    this.draw();
  }

  /** One row lower; below the least that the panel needs stands "as high as it needs". */
  lower(p) {
    const h = (p.h ?? this.place(p.block).h) - 1;
    return h < this.kind(p.block).least_h ? null : h;
  }

  key(event) {
    const grip = event.target.closest(".grip");
    if (event.key === "Escape" && this.drag) return this.drop(false);
    if ((event.ctrlKey || event.metaKey) && !this.reads && "zyZY".includes(event.key)) {
      event.preventDefault();
      return event.key.toLowerCase() === "y" || event.shiftKey ? this.redo() : this.undo();
    }
    // Streamlit listens for bare letters on the document (r, c).
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) event.stopPropagation();
    if (!grip || this.reads || event.ctrlKey || event.metaKey || event.altKey) return;
    const { block } = grip.dataset;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      return this.remove(block);
    }
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    if (this.tab === "phone") this.shift(block, step[1]);
    else this.step(block, ...step, event.shiftKey);
  }

  step(block, dx, dy, size) {
    const { wide } = this.doc;
    const p = this.place(block);
    const { least_w, least_h } = this.kind(block);
    const most = size ? 1 : bottomOf(wide) + 1;
    // A row further may not be far enough to pass a neighbour: go as far as it takes.
    for (let n = 1; n <= most; n++) {
      const found = size
        ? resize(wide, block, p.w + dx, p.h + dy, [least_w, least_h])
        : move(wide, block, p.x + dx * n, p.y + dy * n);
      if (!same(found, wide)) return this.change({ ...this.doc, wide: found }, this.where(block, found));
      if (dx) break;
    }
    this.say("stays", block);
  }

  shift(block, dy) {
    const phone = [...this.doc.phone];
    const from = phone.findIndex((p) => p.block === block);
    const to = from + dy;
    if (!dy || !phone[to]) return this.say("stays", block);
    phone.splice(to, 0, ...phone.splice(from, 1));
    this.change({ ...this.doc, phone }, this.whereOnPhone(block, phone));
  }

  add(show) {
    const kind = this.data.kinds.find((k) => k.show === show);
    const id = `panel_${token(5)}`;
    const panels = [...this.doc.panels, { id, show, set: kind.set }];
    const wide = add(this.doc.wide, id, [kind.w, kind.h]);
    const phone = [...this.doc.phone, { block: id, h: null, hidden: false }];
    this.change({ wide, phone, panels }, fill(this.data.t.added, { panel: kind.label }));
    this.focus(id);
  }

  remove(block) {
    const at = this.doc.wide.findIndex((p) => p.block === block);
    const words = fill(this.data.t.removed, { panel: this.label(block) });
    const rest = (list, name) => list.filter((part) => part[name] !== block);
    const wide = tidy(rest(this.doc.wide, "block"));
    this.change({ wide, phone: rest(this.doc.phone, "block"), panels: rest(this.doc.panels, "id") }, words);
    const next = wide[Math.min(at, wide.length - 1)];
    if (next) this.focus(next.block);
  }

  onPhone(block, change) {
    const phone = this.doc.phone.map((p) => (p.block === block ? change(p) : p));
    this.change({ ...this.doc, phone }, this.whereOnPhone(block, phone));
  }

  undo() {
    if (!this.past.length) return;
    this.future.push(this.doc);
    this.doc = this.past.pop();
    this.words = this.data.t.undone;
    this.commit();
    this.draw();
  }

  redo() {
    if (!this.future.length) return;
    this.past.push(this.doc);
    this.doc = this.future.pop();
    this.words = this.data.t.redone;
    this.commit();
    this.draw();
  }

  remember(doc) {
    this.past = [...this.past, doc].slice(-STEPS);
    this.future = [];
  }

  change(doc, words) {
    this.words = words;
    if (!same(doc, this.doc)) {
      this.remember(this.doc);
      this.doc = doc;
      this.commit();
    }
    this.draw();
  }

  // ---- pointer, finger, pen

  grasp(event) {
    const tile = event.target.closest("[data-key]");
    if (!tile || this.reads || event.button || event.target.closest("[data-do]")) return;
    const handle = event.target.closest("[data-side]");
    // A finger on a tile's body scrolls the page; its head and its edges are for dragging.
    if (event.pointerType === "touch" && !handle && !event.target.closest(".grip")) return;
    const block = tile.dataset.key;
    this.field = this.root.querySelector(".field");
    const box = this.field.getBoundingClientRect();
    const from = { x: event.clientX - box.left, y: event.clientY - box.top };
    this.drag = { block, side: handle?.dataset.side ?? "", from, dx: 0, dy: 0, began: this.doc, moved: false };
    this.root.setPointerCapture(event.pointerId);
    if (event.pointerType !== "touch") event.preventDefault();
    this.root.querySelector(`.grip[data-block="${block}"]`)?.focus({ preventScroll: true });
  }

  follow(event) {
    const { drag } = this;
    const box = this.field.getBoundingClientRect();
    drag.dx = event.clientX - box.left - drag.from.x;
    drag.dy = event.clientY - box.top - drag.from.y;
    if (!drag.moved && Math.hypot(drag.dx, drag.dy) < 4) return;
    drag.moved = true;
    scrollNear(this.root, event.clientY);
    if (this.tab === "phone") this.followOnPhone();
    else this.followOnGrid();
    this.draw();
  }

  followOnGrid() {
    const { block, side, dx, dy, began } = this.drag;
    const { column, row } = this.sizes();
    const [columns, rows] = [Math.round(dx / column), Math.round(dy / row)];
    const p = began.wide.find((place) => place.block === block);
    const { least_w, least_h } = this.kind(block);
    const wide = side
      ? resize(began.wide, block, p.w + (side.includes("e") ? columns : 0), p.h + (side.includes("s") ? rows : 0), [
          Math.min(least_w, p.w),
          Math.min(least_h, p.h),
        ])
      : move(began.wide, block, p.x + columns, p.y + rows);
    this.doc = { ...began, wide };
  }

  followOnPhone() {
    const { block, dy, began } = this.drag;
    const held = began.phone.findIndex((p) => p.block === block);
    const heights = began.phone.map((p) => this.phoneHeight(p) + GAP);
    const tops = heights.map((_, i) => heights.slice(0, i).reduce((a, b) => a + b, 0));
    const middle = tops[held] + dy + heights[held] / 2;
    const rest = began.phone.filter((_, i) => i !== held);
    const at = tops.filter((top, i) => i !== held && top + heights[i] / 2 < middle).length;
    this.doc = { ...began, phone: [...rest.slice(0, at), began.phone[held], ...rest.slice(at)] };
  }

  drop(keep) {
    const { began, block, moved } = this.drag;
    const doc = this.doc;
    this.drag = null;
    this.doc = began;
    if (!moved || !keep) return this.draw();
    const words = this.tab === "phone" ? this.whereOnPhone(block, doc.phone) : this.where(block, doc.wide);
    this.change(doc, words);
  }

  // ---- to Python, and over a broken connection

  commit() {
    this.sent += 1;
    const { client, sent, base, draft, doc } = this;
    this.unsaved = true;
    this.keep({ base, doc });
    clearTimeout(this.waiting);
    this.late = false;
    this.waiting = setTimeout(() => {
      this.late = this.unsaved;
      this.draw();
    }, 8000);
    this.send({ client, rev: sent, base, draft, ...doc });
  }

  forget() {
    clearTimeout(this.waiting);
    this.unsaved = this.late = false;
    this.keep(null);
  }

  keep(what) {
    const name = `waypost.grid.${this.draft}`;
    try {
      if (what) localStorage.setItem(name, JSON.stringify(what));
      else localStorage.removeItem(name);
    } catch {
      // A private window keeps nothing.
    }
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(`waypost.grid.${this.draft}`));
    } catch {
      return null;
    }
  }

  // ---- words

  place(block) {
    return this.doc.wide.find((p) => p.block === block);
  }

  panel(block) {
    return this.doc.panels.find((p) => p.id === block);
  }

  kind(block) {
    const show = this.panel(block)?.show;
    return this.data.kinds.find((k) => k.show === show) ?? this.data.kinds[0];
  }

  label(block) {
    return this.data.labels[block] ?? this.kind(block).label;
  }

  where(block, wide) {
    const p = wide.find((place) => place.block === block);
    return fill(this.data.t.place, { panel: this.label(block), x: p.x + 1, y: p.y + 1, w: p.w, h: p.h });
  }

  whereOnPhone(block, phone) {
    const n = phone.findIndex((p) => p.block === block) + 1;
    const words = fill(this.data.t.place_phone, { panel: this.label(block), n, all: phone.length });
    const { h, hidden } = phone[n - 1];
    return `${words}, ${hidden ? this.data.t.hidden : (h ?? this.data.t.auto)}`;
  }

  say(name, block) {
    this.words = fill(this.data.t[name], { panel: this.label(block) });
    this.draw();
  }

  focus(block) {
    this.root.querySelector(`.grip[data-block="${block}"]`)?.focus();
  }

  // ---- the picture

  sizes() {
    const column = (Math.max(this.root.clientWidth, 120) + GAP) / COLUMNS;
    return { column, row: Math.max(24, Math.round(column * 0.36)) };
  }

  draw() {
    const { t } = this.data;
    morph(
      this.root,
      h(
        "section",
        { class: this.drag?.moved ? "wp dragging" : "wp", "aria-label": t.label },
        this.bar(),
        !this.reads && this.tab === "wide" && this.palette(),
        h("p", { class: "hidden", id: "help" }, this.tab === "wide" ? t.help : t.help_phone),
        this.tab === "wide" ? this.grid() : this.column(),
        h("p", { class: "hidden", role: "status", "aria-live": "polite" }, this.words),
      ),
    );
  }

  bar() {
    const { t } = this.data;
    const tab = (name, sign) =>
      h(
        "button",
        { type: "button", class: "tab", "data-do": "tab", "data-tab": name, "aria-pressed": String(this.tab === name) },
        icon(sign),
        t[name],
      );
    const tool = (name, off) =>
      h(
        "button",
        {
          type: "button",
          class: "tool",
          "data-do": name,
          "aria-label": t[name],
          "data-tip": off ? null : t[name],
          disabled: off,
        },
        icon(name),
      );
    return h(
      "div",
      { class: "bar" },
      h("div", { class: "tabs", role: "group", "aria-label": t.label }, tab("wide", "desktop_windows"), tab("phone", "smartphone")),
      !this.reads && tool("undo", !this.past.length),
      !this.reads && tool("redo", !this.future.length),
      h("span", { class: "state small muted", role: "status" }, this.state()),
    );
  }

  state() {
    const { t, saved } = this.data;
    if (this.late) return t.unsaved;
    if (this.unsaved) return t.saving;
    return saved?.client === this.client ? fill(t.saved, saved) : "";
  }

  palette() {
    const { kinds, t } = this.data;
    return h(
      "ul",
      { class: "palette", "aria-label": t.add },
      kinds.map((kind) =>
        h(
          "li",
          { "data-name": kind.show },
          h(
            "button",
            { type: "button", class: "kind", "data-do": "add", "data-show": kind.show, "data-tip": kind.hint },
            icon("add", { class: "icon plus muted" }),
            icon(kind.icon),
            kind.label,
          ),
        ),
      ),
    );
  }

  grid() {
    const { column, row } = this.sizes();
    const rows = bottomOf(this.doc.wide) + (this.reads ? 0 : 3);
    const style = `height: ${Math.max(rows, 6) * row}px; --column: ${column}px; --row: ${row}px`;
    return h(
      "ol",
      { class: this.reads ? "field wide still" : "field wide", style },
      this.doc.wide.length === 0 && h("li", { class: "none muted" }, this.data.t.empty),
      this.drag?.moved && !this.drag.side && h("li", { class: "ghost", "data-key": "·ghost", style: box(this.place(this.drag.block), column, row) }),
      // In the order of their ids: the nodes stay where they are in the document, so focus and gliding survive.
      [...this.doc.wide].sort((a, b) => (a.block < b.block ? -1 : 1)).map((p) => this.tile(p, column, row)),
    );
  }

  tile(p, column, row) {
    const held = this.drag?.moved && this.drag.block === p.block;
    const lifted = held && !this.drag.side;
    const began = lifted && this.drag.began.wide.find((place) => place.block === p.block);
    const style = lifted ? `${box(began, column, row)}; translate: ${this.drag.dx}px ${this.drag.dy}px` : box(p, column, row);
    const kind = this.kind(p.block);
    return h(
      "li",
      { class: lifted ? "tile lifted" : held ? "tile held" : "tile", "data-key": p.block, style },
      this.head(p.block, this.where(p.block, this.doc.wide), `${p.w} × ${p.h}`),
      h("span", { class: "sketch" }, sketch(kind.show)),
      !this.reads && ["e", "s", "se"].map((side) => h("i", { class: "side", "data-side": side })),
    );
  }

  head(block, words, note) {
    const { t } = this.data;
    const label = this.label(block);
    return h(
      "div",
      { class: "head" },
      h(
        "button",
        { type: "button", class: "grip", "data-block": block, "aria-label": words, "aria-describedby": "help" },
        icon(this.kind(block).icon, { class: "icon muted" }),
        h("span", { class: "cut" }, label),
      ),
      note && h("span", { class: "size small muted" }, note),
      !this.reads &&
        this.tab === "wide" &&
        h(
          "button",
          {
            type: "button",
            class: "tool remove",
            "data-do": "remove",
            "data-block": block,
            "aria-label": fill(t.remove, { panel: label }),
          },
          icon("close"),
        ),
    );
  }

  phoneHeight(p) {
    return p.hidden ? 40 : 40 + 10 * (p.h ?? Math.min(this.place(p.block)?.h ?? 4, 8));
  }

  column() {
    const { began, block, dy } = this.drag?.moved ? this.drag : {};
    let top = 0;
    const tops = this.doc.phone.map((p) => {
      const here = top;
      top += this.phoneHeight(p) + GAP;
      return here;
    });
    const was = began?.phone.findIndex((p) => p.block === block) ?? -1;
    const start = began?.phone.slice(0, was).reduce((sum, p) => sum + this.phoneHeight(p) + GAP, 0);
    return h(
      "ol",
      { class: "field phone", style: `height: ${top + 24}px` },
      this.doc.phone
        .map((p, i) => [p, tops[i]])
        .sort(([a], [b]) => (a.block < b.block ? -1 : 1))
        .map(([p, y]) => this.slip(p, p.block === block ? start + dy : y, p.block === block)),
    );
  }

  slip(p, top, lifted) {
    const { t } = this.data;
    const panel = this.label(p.block);
    const act = (name, sign, words, more) =>
      h(
        "button",
        { type: "button", class: "tool", "data-do": name, "data-block": p.block, "aria-label": fill(words, { panel }), ...more },
        icon(sign),
      );
    const style = `top: ${top}px; height: ${this.phoneHeight(p)}px`;
    return h(
      "li",
      { class: `tile slip${lifted ? " lifted" : ""}${p.hidden ? " off" : ""}`, "data-key": p.block, style },
      this.head(p.block, this.whereOnPhone(p.block, this.doc.phone)),
      !p.hidden && h("span", { class: "sketch" }, sketch(this.kind(p.block).show)),
      !this.reads &&
        h(
          "div",
          { class: "acts" },
          !p.hidden && act("lower", "remove", t.lower, { disabled: p.h === null }),
          h("span", { class: "size small muted" }, p.hidden ? t.hidden : (p.h ?? t.auto)),
          !p.hidden && act("higher", "add", t.higher),
          act("hide", p.hidden ? "visibility_off" : "visibility", p.hidden ? t.show : t.hide, {
            "aria-pressed": String(p.hidden),
          }),
        ),
    );
  }
}

/** Where a tile stands, in pixels of the field. */
function box(p, column, row) {
  const [x, y] = [p.x * column, p.y * row];
  return `left: ${x}px; top: ${y}px; width: ${p.w * column - GAP}px; height: ${p.h * row - GAP}px`;
}

function shaped({ wide, phone, panels }) {
  return { wide: tidy(wide), phone, panels };
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

function token(n) {
  return [...crypto.getRandomValues(new Uint8Array(n))].map((byte) => (byte % 36).toString(36)).join("");
}

/** Near the rim of the window the page moves along. */
function scrollNear(root, y) {
  const by = y < 60 ? -16 : y > innerHeight - 60 ? 16 : 0;
  let node = root.getRootNode().host;
  while (by && node && node.scrollHeight <= node.clientHeight + 1) node = node.parentElement;
  if (by) (node ?? document.scrollingElement).scrollBy(0, by);
}

// Drawn as wide as their tile, as the panels themselves are.
const WIDE = new Set(["orders", "at_risk", "river", "text"]);

/** What a panel of this kind looks like, drawn on 100 x 60 in a few strokes. */
function sketch(show) {
  const bar = (x, y, width, height, c) => h("rect", { class: c ?? "b", x, y, width, height, rx: 1.5 });
  const line = (y, width, c) => bar(6, y, width, 5, c);
  const parts = {
    kpi: () =>
      [4, 36, 68].map((x) => [bar(x, 10, 28, 40, "f"), bar(x + 4, 16, 12, 6), h("path", { class: "l", d: `M${x + 4} 42 l7 -6 l6 3 l7 -8` })]),
    trend: () => [h("path", { class: "f", d: "M4 52 L4 38 L24 30 L44 34 L64 20 L96 14 L96 52 Z" }), h("path", { class: "l", d: "M4 38 L24 30 L44 34 L64 20 L96 14" })],
    funnel: () => [88, 70, 54, 38].map((width, i) => bar(6, 6 + i * 13, width, 9, i ? "b" : "d")),
    distribution: () => [8, 20, 38, 46, 34, 22, 14, 8].map((height, i) => bar(6 + i * 11, 54 - height, 9, height)),
    map: () => [h("path", { class: "f", d: "M4 18 Q28 2 52 12 T98 16 L94 46 Q66 58 40 50 T6 44 Z" }), [[30, 26, 7], [56, 34, 10], [76, 24, 5]].map(([cx, cy, r]) => h("circle", { class: "d", cx, cy, r }))],
    orders: () => [8, 20, 32, 44].map((y) => [line(y, 20, "d"), bar(32, y, 40, 5), bar(80, y, 14, 5)]),
    timeline: () => [30, 18, 26, 36, 22, 14, 10].map((height, i) => [bar(6 + i * 13, 54 - height, 9, height), i < 2 && bar(6 + i * 13, 54 - height, 9, 8, "d")]),
    at_risk: () => [8, 22, 36].map((y) => [bar(6, y, 12, 9, "d"), bar(24, y + 2, 50, 5), bar(82, y + 2, 12, 5)]),
    river: () => h("path", { class: "f d", d: "M2 24 C20 24 20 14 36 14 S52 22 66 22 S84 28 98 28 L98 34 C84 34 80 40 66 40 S52 48 36 48 S20 38 2 38 Z" }),
    text: () => [14, 26, 38].map((y, i) => line(y, [80, 86, 54][i])),
  };
  return h("svg", { viewBox: "0 0 100 60", preserveAspectRatio: WIDE.has(show) ? "none" : "xMidYMid", "aria-hidden": "true" }, parts[show]?.() ?? line(28, 60));
}

export default function ({ data, parentElement, setStateValue }) {
  mounted(parentElement, (root, signal) => new BoardGrid(root, signal)).update(data, (value) =>
    setStateValue("doc", value),
  );
  return unmount(parentElement);
}
