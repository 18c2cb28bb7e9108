// The connected sources; each row is a link, its counts are links of their own.

class SourceList {
  constructor(root) {
    this.root = root;
    root.addEventListener("keydown", (event) => this.walk(event));
  }

  update(data) {
    this.data = data;
    morph(this.root, h("section", { class: "wp card sources", "aria-label": data.t.label }, this.table()));
  }

  walk(event) {
    if (event.target.matches(".source a")) moveFocus(event, [...this.root.querySelectorAll(".source a")]);
  }

  table() {
    const { rows, t } = this.data;
    const head = (name, text, right) =>
      h("span", { class: right ? `${name} right` : name, role: "columnheader" }, text);
    return h(
      "div",
      { class: "table", role: "table", "aria-label": t.label },
      h(
        "div",
        { class: "grid names small muted", role: "row" },
        head("source", t.source),
        head("state", t.state),
        head("last", t.last, true),
        head("lag", t.lag, true),
        head("hour", t.per_hour, true),
        head("budget", t.budget, true),
        head("words", t.words, true),
        head("held", t.held, true),
      ),
      rows.map((row) => this.row(row)),
    );
  }

  row(row) {
    const { t } = this.data;
    const cell = (name, attrs, ...content) => h("span", { class: name, role: "cell", ...attrs }, content);
    const figure = (name, label, value, attrs) =>
      cell(`${name} figure right`, attrs, h("span", { class: "label small muted", "aria-hidden": "true" }, label), value ?? "–");
    const opens = (text, href) => (href ? h("a", { href, class: "count" }, text) : text);
    return h(
      "div",
      { class: "grid row", role: "row", "data-key": row.id },
      cell(
        "source",
        {},
        h("a", { class: "name cut", href: row.href, "data-source": row.id }, row.name),
        h("span", { class: "below small muted cut" }, row.system),
      ),
      cell("state", {}, this.state(row)),
      figure("last", t.last, row.last, { "data-tip": row.last_full }),
      figure("lag", t.lag, row.lag),
      figure("hour", t.per_hour, row.per_hour),
      figure("budget", t.budget, row.budget),
      figure("words", t.words, opens(row.words, row.words_href)),
      figure("held", t.held, opens(row.held, row.held_href)),
      row.note &&
        h(
          "span",
          { class: "note small", role: "cell" },
          h("span", {}, row.note),
          row.remedy && h("span", { class: "muted" }, row.remedy),
        ),
    );
  }

  state(row) {
    if (row.tier) return tierChip(row.tier, row.state);
    return h("span", { class: "chip" }, icon(row.state_icon), h("span", {}, row.state));
  }
}

export default function ({ data, parentElement }) {
  mounted(parentElement, (root) => new SourceList(root)).update(data);
  return unmount(parentElement);
}
