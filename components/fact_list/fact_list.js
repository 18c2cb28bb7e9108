// Lines under a title. Sends nothing to Python.

const FIRST = 12; // lines before "show all"

class FactList {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => {
      if (!event.target.closest(".more")) return;
      this.all = true;
      this.draw();
    });
  }

  update(data) {
    this.data = data;
    this.draw();
  }

  draw() {
    const { title, lines, t, lang } = this.data;
    const shown = this.all ? lines : lines.slice(0, FIRST);
    morph(
      this.root,
      h(
        "section",
        { class: "wp card facts", "aria-label": title },
        h("h3", {}, title),
        h(
          "ul",
          {},
          shown.map((line) => this.line(line)),
        ),
        shown.length < lines.length &&
          h("button", { class: "more small", type: "button" }, fill(t.more, { n: number(lines.length, lang) })),
      ),
    );
  }

  line(line) {
    return h(
      "li",
      { "data-tip": line.hint },
      h("span", { class: "label" }, line.icon && icon(line.icon, { class: "icon muted" }), h("span", {}, line.label)),
      h("span", { class: "value" }, line.value, tierChip(line.tier, line.tier_word)),
      line.note && h("span", { class: "note small muted" }, line.note),
    );
  }
}

export default function ({ data, parentElement }) {
  mounted(parentElement, (root) => new FactList(root)).update(data);
  return unmount(parentElement);
}
