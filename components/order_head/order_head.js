// The head of an order. Sends nothing to Python.

class OrderHead {
  constructor(root) {
    this.root = root;
  }

  update(data) {
    const { ref, chips, facts, clocks, t } = data;
    morph(
      this.root,
      h(
        "section",
        { class: "wp card head" },
        h(
          "div",
          { class: "title" },
          h(
            "button",
            {
              class: "copy mono",
              type: "button",
              "data-copy": ref,
              "aria-label": `${t.copy} ${ref}`,
              "data-tip": t.copy,
            },
            h("span", { class: "ref" }, ref),
            icon("content_copy", { class: "icon copy-icon" }),
            icon("check", { class: "icon done-icon" }),
          ),
          chips.map((chip) =>
            h(
              "span",
              { class: "chip", "data-tier": chip.tier },
              icon(chip.icon ?? TIER_ICONS[chip.tier] ?? "label"),
              chip.label,
            ),
          ),
        ),
        facts.length > 0 &&
          h(
            "dl",
            { class: "facts" },
            facts.map((fact) => this.fact(fact)),
          ),
        clocks.length > 0 &&
          h(
            "ul",
            { class: "clocks", "aria-label": t.clocks },
            clocks.map((clock) => this.clock(clock, t)),
          ),
      ),
    );
  }

  fact(fact) {
    return h(
      "div",
      { class: "fact", "data-tip": fact.hint },
      h("dt", { class: "small muted" }, fact.label),
      h("dd", {}, fact.value, fact.note && h("span", { class: "note small muted" }, fact.note)),
    );
  }

  clock(clock, t) {
    const late = clock.tier === "yellow" || clock.tier === "red";
    return h(
      "li",
      { class: "clock", "data-key": clock.id, "data-tier": late && clock.tier, "data-tip": clock.hint },
      icon(clock.icon ?? "timer", { class: "icon muted" }),
      h("span", { class: "name small muted cut" }, clock.name),
      h(
        "span",
        { class: "time" },
        clock.value,
        clock.running && h("i", { class: "pulse", role: "img", "aria-label": t.running }),
      ),
      h(
        "span",
        { class: "aim small muted" },
        clock.target && h("span", {}, fill(t.target, clock)),
        late && tierChip(clock.tier, clock.tier_word),
      ),
    );
  }
}

export default function ({ data, parentElement }) {
  mounted(parentElement, (root) => new OrderHead(root)).update(data);
  return unmount(parentElement);
}
