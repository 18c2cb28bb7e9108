// A page of orders; each row is a link. Trigger to Python: "turn" {to: previous | next}.

class OrdersTable {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => this.walk(event));
  }

  update(data, turn) {
    const turned = this.data && this.data.first !== data.first;
    Object.assign(this, { data, turn });
    this.draw();
    if (turned) this.root.scrollIntoView({ block: "start" });
  }

  click(event) {
    const button = event.target.closest("[data-turn]");
    if (button) this.turn({ to: button.dataset.turn });
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches(".order a")) return;
    const links = [...this.root.querySelectorAll(".order a")];
    const to = links[links.indexOf(event.target) + step];
    if (!to) return;
    event.preventDefault();
    to.focus();
  }

  draw() {
    const { rows, t, title } = this.data;
    morph(
      this.root,
      h(
        "section",
        { class: "wp card orders", "aria-label": title || t.label },
        title && this.head(),
        rows.length ? this.table() : h("p", { class: "empty" }, icon("search_off"), t.empty),
        rows.length > 0 && !title && this.foot(),
      ),
    );
  }

  head() {
    const { rows, t, title, total, lang, more_href } = this.data;
    const all = fill(t.more, { n: number(total, lang) });
    return h(
      "div",
      { class: "heading" },
      h("h3", {}, title),
      h("span", { class: "muted" }, number(total, lang)),
      total > rows.length && more_href && h("a", { class: "all small", href: more_href }, all),
    );
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
        head("tier", t.tier),
        head("order", t.order),
        head("stage", t.stage),
        head("due", t.due, true),
        head("promised", t.promised, true),
        head("value", t.value, true),
        head("by", t.by),
        head("place", t.place),
        head("created", t.created, true),
      ),
      rows.map((row) => this.row(row)),
    );
  }

  row(row) {
    const cell = (name, attrs, ...content) => h("span", { class: name, role: "cell", ...attrs }, content);
    const below = (text) => text && h("span", { class: "below small muted cut" }, text);
    return h(
      "div",
      { class: "grid row", role: "row", "data-key": row.id },
      cell(
        "tier",
        {},
        row.tier === "ok" ? h("span", { class: "small muted" }, row.tier_word) : tierChip(row.tier, row.tier_word, row.tier_icon),
      ),
      cell(
        "order",
        {},
        h("a", { class: "mono cut", href: row.href, "data-order": row.id }, row.order),
        row.mark && h("span", { class: "mark small muted" }, icon("assignment_return"), h("span", { class: "cut" }, row.mark)),
      ),
      cell(
        "stage",
        {},
        h(
          "span",
          { class: "name" },
          row.stage_icon && icon(row.stage_icon, { class: "icon muted" }),
          h("span", { class: "cut" }, row.stage ?? "–"),
        ),
        (row.detail || row.since) &&
          h(
            "span",
            { class: "below small muted cut", "data-tip": row.since_full },
            [row.detail, row.since].filter(Boolean).join(" · "),
          ),
      ),
      cell(row.late ? "due right late" : "due right", { "data-tip": row.due_full }, row.due ?? "–"),
      cell("promised right", {}, row.promised ?? "–", below(row.promised_note)),
      cell("value right", {}, row.value ?? "–"),
      cell("by", {}, h("span", { class: "cut" }, row.channel ?? "–"), below(row.carrier)),
      cell("place cut", {}, row.place ?? "–"),
      cell("created right small muted", { "data-tip": row.created_full }, row.created ?? "–"),
    );
  }

  foot() {
    const { rows, first, total, t, lang } = this.data;
    const last = first + rows.length - 1;
    const turn = (to, name, text, off) =>
      h(
        "button",
        {
          class: "turn",
          type: "button",
          "data-turn": to,
          "aria-label": text,
          "data-tip": off ? null : text,
          disabled: off,
        },
        icon(name),
      );
    return h(
      "div",
      { class: "foot small muted" },
      h(
        "span",
        {},
        fill(t.range, { first: number(first, lang), last: number(last, lang), total: number(total, lang) }),
      ),
      h(
        "span",
        { class: "turns" },
        turn("previous", "chevron_left", t.previous, first <= 1),
        turn("next", "chevron_right", t.next, last >= total),
      ),
    );
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  mounted(parentElement, (root) => new OrdersTable(root)).update(data, (value) => setTriggerValue("turn", value));
  return unmount(parentElement);
}
