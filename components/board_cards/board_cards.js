// Boards and templates as cards. Trigger to Python: "act" {card, do}.

const STEP = 100; // a column or row of a drawing, in its own units

class BoardCards {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (button) this.send({ card: button.dataset.card, do: button.dataset.do });
    });
  }

  update(data, send) {
    this.send = send;
    this.data = data;
    const cards = data.cards.map((card) => h("li", { "data-key": card.id }, this.card(card)));
    const list = h("ol", { class: data.wide ? "cards wide" : "cards", "aria-label": data.label }, cards);
    morph(this.root, h("div", { class: "wp" }, list));
  }

  card(card) {
    return h(
      "article",
      { class: "card board", "data-board": card.id, "aria-label": card.name },
      card.drawing && this.path(card),
      h(
        "div",
        { class: "text" },
        card.tag && h("p", { class: "tag small muted" }, icon(card.tag_icon ?? "label"), h("span", {}, card.tag)),
        h("h3", {}, card.href ? h("a", { href: card.href, class: "name" }, card.name) : card.name),
        card.purpose && h("p", { class: "purpose muted" }, card.purpose),
        card.chips?.length > 0 && h("p", { class: "chips" }, card.chips.map((chip) => this.chip(chip))),
        card.facts?.length > 0 && h("ul", { class: "facts small muted" }, card.facts.map((fact) => this.fact(fact))),
      ),
      card.actions?.length > 0 && h("div", { class: "actions" }, card.actions.map((action) => this.action(card, action))),
    );
  }

  chip(chip) {
    const mark = chip.tier ? chip.tier : null;
    return h("span", { class: "chip", "data-tier": mark, "data-tip": chip.tip }, icon(chip.icon), h("span", {}, chip.text));
  }

  fact(fact) {
    return h("li", { "data-tip": fact.tip }, icon(fact.icon), h("span", {}, fact.text));
  }

  action(card, action) {
    const name = fill(this.data.t.of, { action: action.label, name: card.name });
    const attrs = { class: action.primary ? "action primary" : "action", "aria-label": name };
    const inside = [action.icon && icon(action.icon), h("span", {}, action.label)];
    return action.href
      ? h("a", { ...attrs, href: action.href }, inside)
      : h("button", { ...attrs, type: "button", "data-card": card.id, "data-do": action.id }, inside);
  }

  path(card) {
    const { stops, wires, columns, rows } = card.drawing;
    const place = new Map(stops.map((stop) => [stop.id, [(stop.x + 0.5) * STEP, (stop.y + 0.5) * STEP]]));
    const size = [Math.max(1, columns) * STEP, Math.max(1, rows) * STEP];
    const lines = wires
      .filter(([from, to]) => place.has(from) && place.has(to))
      .map(([from, to]) => h("path", { d: curve(place.get(from), place.get(to)), class: "wire" }));
    return h(
      "div",
      { class: "path", role: "img", "aria-label": `${this.data.t.path}: ${stops.map((stop) => stop.label).join(", ")}` },
      h(
        "div",
        { class: "field", style: `--rows: ${Number(rows)}` },
        h("svg", { viewBox: `0 0 ${size[0]} ${size[1]}`, preserveAspectRatio: "none", "aria-hidden": "true" }, lines),
        stops.map((stop) => this.stop(stop, place.get(stop.id), size)),
      ),
    );
  }

  stop(stop, [x, y], [width, height]) {
    const words = [stop.label, stop.note, stop.count].filter(Boolean).join("\n");
    return h(
      "span",
      {
        class: `stop ${stop.kind}`,
        "data-tier": stop.tier,
        "data-tip": words,
        style: `left: ${(100 * x) / width}%; top: ${(100 * y) / height}%; --columns: ${width / STEP}`,
      },
      h("span", { class: "dot" }, icon(stop.icon)),
      stop.count && h("b", { class: "count" }, stop.tier && icon(TIER_ICONS[stop.tier]), stop.count),
      this.data.wide && h("span", { class: "label" }, stop.label),
      this.data.wide && stop.note && h("span", { class: "note muted" }, stop.note),
    );
  }
}

/** A wire: straight along a row, a soft bend into another one. */
function curve([x, y], [toX, toY]) {
  if (y === toY) return `M${x} ${y}H${toX}`;
  const middle = (x + toX) / 2;
  return `M${x} ${y}C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`;
}

export default function ({ data, parentElement, setTriggerValue }) {
  mounted(parentElement, (root) => new BoardCards(root)).update(data, (value) => setTriggerValue("act", value));
  return unmount(parentElement);
}
