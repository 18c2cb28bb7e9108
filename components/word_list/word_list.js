// Entries under headings, each a link. Sends nothing to Python.

class WordList {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => event.target.closest(".entry") && this.toTop());
    root.addEventListener("keydown", (event) => {
      if (event.target.matches(".entry")) moveFocus(event, [...root.querySelectorAll(".entry")]);
    });
  }

  /** On a phone what an entry says stands above the list, out of sight. */
  toTop() {
    if (innerWidth <= 640) this.root.getRootNode().host.closest("[data-testid=stMain]")?.scrollTo({ top: 0 });
  }

  update({ sections, t, label }) {
    morph(
      this.root,
      h(
        "nav",
        { class: "wp card entries", "aria-label": label || t.label },
        sections.map((section) => this.section(section)),
        !sections.length && h("p", { class: "empty" }, icon("search_off"), t.empty),
      ),
    );
  }

  section({ id, title, count, rows }) {
    return h(
      "section",
      { "data-key": id },
      title && h("h3", {}, h("span", {}, title), count && h("span", { class: "small muted" }, count)),
      h(
        "ul",
        {},
        rows.map((row) => h("li", { "data-key": row.id }, this.row(row))),
      ),
    );
  }

  row({ href, icon: name, label, code, says, detail, chosen }) {
    return h(
      "a",
      { class: "entry", href, "aria-current": chosen && "true" },
      icon(name ?? "label", { class: "icon muted" }),
      h("span", { class: "label cut" }, label),
      says ? h("span", { class: "says muted cut" }, says) : h("span", { class: "code mono muted cut" }, code),
      !says && h("span", { class: "detail small muted cut" }, detail),
    );
  }
}

export default function ({ data, parentElement }) {
  mounted(parentElement, (root) => new WordList(root)).update(data);
  return unmount(parentElement);
}
