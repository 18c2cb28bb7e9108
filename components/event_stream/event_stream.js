// A live list that never moves under the pointer. Trigger to Python: "open" {order}.

const EVIDENCE_ICONS = {
  scanned: "barcode_scanner",
  declared: "record_voice_over",
  derived: "function",
  predicted: "online_prediction",
};
const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86400, 3600, "hour"],
  [Infinity, 86400, "day"],
];

class EventStream {
  constructor(root, signal) {
    this.root = root;
    this.paused = false;
    this.pointer = false;
    this.shown = null;
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => {
      if (event.target.matches(".event")) moveFocus(event, [...root.querySelectorAll(".event")]);
    });
    root.addEventListener("pointerenter", (event) => this.hover(event.pointerType === "mouse"));
    root.addEventListener("pointerleave", () => this.hover(false));
    const clock = setInterval(() => this.data && this.tick(), 1000);
    signal.addEventListener("abort", () => clearInterval(clock));
  }

  update(data, send) {
    this.send = send;
    this.data = data;
    this.skew = data.now / 1000 - Date.now();
    this.draw();
  }

  click(event) {
    if (event.target.closest(".pause")) {
      this.paused = !this.paused;
      return this.draw();
    }
    if (event.target.closest(".new")) {
      this.paused = false;
      return this.draw(true);
    }
    const row = event.target.closest("button[data-order]");
    if (row) this.send({ order: row.dataset.order });
  }

  hover(inside) {
    this.pointer = inside;
    if (this.data) this.draw();
  }

  draw(now = false) {
    if (!this.shown || now || !(this.paused || this.pointer)) {
      this.fresh = this.shown && new Set(this.data.events.filter((e) => !this.has(e)).map((e) => e.id));
      this.shown = this.data.events;
      this.total = this.data.total;
    }
    const { t, rows } = this.data;
    morph(
      this.root,
      h(
        "section",
        { class: "wp card stream", "aria-label": t.title, style: `--rows: ${rows}` },
        this.head(),
        h(
          "ol",
          { class: "events" },
          this.shown.map((event) => this.row(event)),
        ),
        !this.shown.length && h("p", { class: "empty" }, icon("sensors"), t.empty),
      ),
    );
    this.tick();
  }

  has(event) {
    return this.shown.some((e) => e.id === event.id);
  }

  waiting() {
    if (this.total !== null && this.data.total !== null) return this.data.total - this.total;
    return this.data.events.filter((e) => !this.has(e)).length;
  }

  head() {
    const { t, lang } = this.data;
    const waiting = this.waiting();
    return h(
      "div",
      { class: "bar" },
      h("h3", {}, t.title),
      h(
        "span",
        { class: "state small muted" },
        h("i", { class: "dot", "data-paused": this.paused }),
        this.paused ? t.paused : t.live,
      ),
      waiting > 0 &&
        h(
          "button",
          { class: "new chip", type: "button" },
          icon("arrow_upward"),
          fill(t.n_new, { n: number(waiting, lang) }),
        ),
      h(
        "button",
        {
          class: "pause",
          type: "button",
          "aria-label": this.paused ? t.go_on : t.pause,
          "data-tip": this.paused ? t.go_on : t.pause,
        },
        icon(this.paused ? "play_arrow" : "pause"),
      ),
    );
  }

  row(event) {
    const { t } = this.data;
    return h(
      "li",
      { "data-key": event.id, class: this.fresh?.has(event.id) && "fresh" },
      opener(
        event.href,
        {
          class: "event",
          "data-order": event.order,
          "data-tip": [
            event.at_full ?? t.undated,
            event.source,
            event.partner_word,
            t[event.evidence],
            event.simulated && t.simulated,
          ]
            .filter(Boolean)
            .join("\n"),
        },
        icon(event.icon ?? "circle", { class: "icon muted" }),
        h("span", { class: "words cut" }, event.words),
        h(
          "span",
          { class: "second" },
          h("span", { class: "ref mono muted cut" }, event.ref ?? event.order),
          h(
            "span",
            { class: "from small muted cut" },
            event.source,
            event.partner_word && h("q", {}, event.partner_word),
          ),
        ),
        h(
          "span",
          { class: "marks" },
          event.simulated && h("span", { class: "sim" }, icon("science"), h("span", {}, t.simulated)),
          EVIDENCE_ICONS[event.evidence] && icon(EVIDENCE_ICONS[event.evidence], { class: "icon muted" }),
          h("span", { class: "hidden" }, t[event.evidence]),
        ),
        h("time", { class: "ago small muted", "data-at": event.at ?? "none" }),
      ),
    );
  }

  /** Only the "ago" texts change between two events. */
  tick() {
    const words = new Intl.RelativeTimeFormat(this.data.lang, { style: "narrow", numeric: "always" });
    const now = Date.now() + this.skew;
    for (const label of this.root.querySelectorAll("[data-at]")) {
      const at = Number(label.dataset.at);
      const seconds = Math.max(0, Math.round((now - at / 1000) / 1000));
      const [, size, unit] = STEPS.find(([limit]) => seconds < limit) ?? STEPS.at(-1);
      const text = Number.isNaN(at) ? "–" : words.format(-Math.floor(seconds / size), unit);
      if (label.textContent !== text) label.textContent = text;
    }
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  mounted(parentElement, (root, signal) => new EventStream(root, signal)).update(data, (value) =>
    setTriggerValue("open", value),
  );
  return unmount(parentElement);
}
