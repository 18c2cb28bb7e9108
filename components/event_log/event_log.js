// Raw events that open. Sends nothing to Python: what is open is the reader's own business.

const MARKS = {
  scanned: "barcode_scanner",
  declared: "record_voice_over",
  derived: "function",
  predicted: "online_prediction",
};
const FIRST = 12; // rows before "show all"

class EventLog {
  constructor(root) {
    this.root = root;
    this.opened = new Set();
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => {
      if (event.target.matches(".line")) moveFocus(event, [...root.querySelectorAll(".line")]);
    });
  }

  update(data) {
    if (this.data?.title !== data.title) this.all = false;
    this.data = data;
    this.draw();
  }

  click(event) {
    if (event.target.closest(".more")) this.all = true;
    const line = event.target.closest(".line");
    if (line) {
      const id = line.dataset.event;
      if (!this.opened.delete(id)) this.opened.add(id);
    }
    this.draw();
  }

  draw() {
    const { title, note, events, t, lang } = this.data;
    const shown = this.all ? events : events.slice(0, FIRST);
    morph(
      this.root,
      h(
        "section",
        { class: "wp card log", "aria-label": title },
        h("div", { class: "bar" }, h("h3", {}, title), h("span", { class: "muted" }, number(events.length, lang))),
        note && h("p", { class: "odd" }, icon("info"), note),
        h(
          "ol",
          {},
          shown.map((event) => this.event(event)),
        ),
        shown.length < events.length &&
          h("button", { class: "more small", type: "button" }, fill(t.more, { n: number(events.length, lang) })),
        !events.length && h("p", { class: "empty" }, icon("sensors_off"), t.empty),
      ),
    );
  }

  event(event) {
    const { t } = this.data;
    const open = this.opened.has(event.id);
    return h(
      "li",
      { "data-key": event.id, class: open && "open" },
      h(
        "button",
        { class: "line", type: "button", "data-event": event.id, "aria-expanded": open ? "true" : "false" },
        h(
          "span",
          { class: "time small", "data-tip": event.time_full },
          event.time ?? h("em", { class: "muted" }, t.undated),
        ),
        icon(event.icon, { class: "icon muted kind" }),
        h(
          "span",
          { class: "said" },
          h("span", { class: "words" }, event.words),
          event.partner_word && h("q", { class: "small muted" }, event.partner_word),
        ),
        h(
          "span",
          { class: "who small muted" },
          icon(MARKS[event.evidence]),
          h("span", {}, t[event.evidence]),
          h("span", { class: "cut" }, [event.source, event.place, event.subject].filter(Boolean).join(" · ")),
        ),
        h(
          "span",
          { class: "marks" },
          event.simulated && h("span", { class: "mark sim" }, icon("science"), t.simulated),
          (event.marks ?? []).map((mark) => h("span", { class: "mark" }, mark)),
        ),
        icon(open ? "expand_less" : "expand_more", { class: "icon muted chevron" }),
      ),
      open && this.inside(event),
    );
  }

  inside(event) {
    const { t } = this.data;
    return h(
      "div",
      { class: "inside" },
      h(
        "dl",
        {},
        (event.details ?? []).map(({ label, value }) =>
          h("div", {}, h("dt", { class: "small muted" }, label), h("dd", {}, value)),
        ),
      ),
      event.raw &&
        h(
          "div",
          { class: "raw" },
          h(
            "div",
            { class: "raw-head small muted" },
            t.raw,
            h(
              "button",
              { class: "copy", type: "button", "data-copy": event.raw, "aria-label": t.copy },
              icon("content_copy", { class: "icon copy-icon" }),
              icon("check", { class: "icon done-icon" }),
            ),
          ),
          h("pre", { class: "mono" }, event.raw),
        ),
    );
  }
}

export default function ({ data, parentElement }) {
  mounted(parentElement, (root) => new EventLog(root)).update(data);
  return unmount(parentElement);
}
