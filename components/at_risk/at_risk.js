// A list of orders at risk. Trigger to Python: "open" {order}, "*" for all of them.

const ALL = "*";

class AtRisk {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-order]");
      if (button) this.send({ order: button.dataset.order });
    });
    root.addEventListener("keydown", (event) => {
      if (event.target.matches(".row")) moveFocus(event, [...root.querySelectorAll(".row")]);
    });
    // New rows wait while the pointer is on the list: a click must not land on another order.
    root.addEventListener("pointerenter", (event) => (this.pointer = event.pointerType === "mouse"));
    root.addEventListener("pointerleave", () => {
      this.pointer = false;
      if (this.data) this.draw();
    });
  }

  update(data, send) {
    this.send = send;
    this.data = data;
    this.draw();
  }

  rows() {
    const fresh = new Map(this.data.rows.map((row) => [row.order, row]));
    this.shown = this.pointer && this.shown ? this.shown.map((row) => fresh.get(row.order) ?? row) : this.data.rows;
    return this.shown;
  }

  draw() {
    const { t, total, lang } = this.data;
    const rows = this.rows();
    morph(
      this.root,
      h(
        "section",
        { class: "wp card list", "aria-label": t.title },
        h(
          "div",
          { class: "heading" },
          h("h3", {}, t.title),
          h("span", { class: "muted" }, number(total, lang)),
          total > rows.length &&
            opener(
              this.data.more_href,
              { class: "all small", "data-order": ALL },
              fill(t.more, { n: number(total, lang) }),
            ),
        ),
        rows.length ? this.table(rows) : h("p", { class: "empty" }, icon(TIER_ICONS.ok), t.empty),
      ),
    );
  }

  table(rows) {
    const { t } = this.data;
    return h(
      "div",
      { class: "table" },
      h(
        "div",
        { class: "grid names small muted", "aria-hidden": "true" },
        h("span", {}, t.tier),
        h("span", {}, t.order),
        h("span", {}, t.what),
        h("span", { class: "right" }, t.value),
        h("span", { class: "right" }, t.due),
        h("span", {}, t.owner),
      ),
      h(
        "ol",
        {},
        rows.map((row) => h("li", { "data-key": row.order }, this.row(row))),
      ),
    );
  }

  row(row) {
    const { t } = this.data;
    return opener(
      row.href,
      { class: "grid row", "data-order": row.order },
      h("span", { class: "tier" }, tierChip(row.tier, row.tier_word, row.tier_icon)),
      h("span", { class: "order mono cut" }, row.order),
      h("span", { class: "what" }, row.what, row.detail && h("span", { class: "detail small muted" }, row.detail)),
      h(
        "span",
        { class: "value right" },
        row.value ?? "–",
        row.currency && h("span", { class: "small muted" }, ` ${row.currency}`),
      ),
      h(
        "span",
        { class: row.late ? "due right late" : "due right", "data-tip": row.due_full },
        row.late && icon("timer_off"),
        row.due ?? "–",
      ),
      h("span", { class: "owner muted cut" }, row.owner ?? t.nobody),
    );
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  mounted(parentElement, (root) => new AtRisk(root)).update(data, (value) => setTriggerValue("open", value));
  return unmount(parentElement);
}
