// Legend and card beside the map. Trigger to Python: "act" {act: "nearer" | "close"}.

class MapPanel {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-act]");
      if (button) this.send({ act: button.dataset.act });
    });
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.data.card) this.send({ act: "close" });
      else if (event.target.matches(".order")) moveFocus(event, [...root.querySelectorAll(".order")]);
    });
  }

  update(data, send) {
    this.send = send;
    this.data = data;
    morph(this.root, h("div", { class: "wp panel" }, this.chosen(), this.legend()));
  }

  chosen() {
    const { card, t } = this.data;
    if (!card) return h("p", { class: "card hint muted", "data-key": "hint" }, icon("touch_app"), t.hint);
    return h(
      "section",
      { class: "card chosen", "aria-label": card.title, "data-key": "card" },
      h(
        "div",
        { class: "bar" },
        icon(card.icon),
        h("h3", { class: "cut" }, card.title),
        h("button", { type: "button", "data-act": "close", "aria-label": t.close, "data-tip": t.close }, icon("close")),
      ),
      card.note && h("p", { class: "note small muted" }, card.note),
      card.facts?.length && this.facts(card.facts),
      this.orders(card),
      card.zoom &&
        h("button", { class: "nearer", type: "button", "data-act": "nearer" }, icon("zoom_in"), h("span", {}, t.nearer)),
    );
  }

  facts(facts) {
    return h(
      "dl",
      {},
      facts.map((fact) =>
        h("div", { "data-tip": fact.hint }, h("dt", { class: "muted" }, fact.label), h("dd", {}, fact.value)),
      ),
    );
  }

  orders(card) {
    if (!card.orders) return null;
    if (!card.orders.length) return h("p", { class: "note muted" }, this.data.t.none);
    return [
      h(
        "ol",
        {},
        card.orders.map((order) => h("li", { "data-key": order.href }, this.order(order))),
      ),
      card.more && card.more_href && h("a", { class: "more small", href: card.more_href }, card.more),
    ];
  }

  order(order) {
    return h(
      "a",
      { class: "order", href: order.href },
      h("span", { class: "mono cut ref" }, order.order),
      tierChip(order.tier, order.tier_word, order.tier_icon),
      order.due && h("span", { class: order.late ? "due small late" : "due small muted" }, order.due),
      order.what && h("span", { class: "what small muted" }, order.what),
    );
  }

  legend() {
    const { legend, notes, t } = this.data;
    return h(
      "section",
      { class: "card legend", "aria-label": t.legend, "data-key": "legend" },
      h("h3", {}, t.legend),
      h(
        "ul",
        {},
        legend.map((line) =>
          h(
            "li",
            {},
            h("span", { class: "sign", "data-sign": line.sign, "aria-hidden": "true" }),
            h("span", {}, line.label),
            line.n && h("span", { class: "n" }, line.n),
          ),
        ),
      ),
      notes.map((note) => h("p", { class: "note small muted" }, note)),
    );
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  mounted(parentElement, (root) => new MapPanel(root)).update(data, (value) => setTriggerValue("act", value));
  return unmount(parentElement);
}
