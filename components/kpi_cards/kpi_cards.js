// Cards with a sparkline. Trigger to Python: "open" {card, what: all | yellow | red}.

class KpiCards {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-what]");
      if (button) this.send({ card: button.dataset.card, what: button.dataset.what });
    });
  }

  update(data, send) {
    this.send = send;
    this.data = data;
    morph(
      this.root,
      h(
        "div",
        { class: "wp", role: "group", "aria-label": data.t.label },
        h(
          "ul",
          { class: "cards" },
          data.cards.map((card) => this.card(card)),
        ),
      ),
    );
  }

  card(card) {
    const { t } = this.data;
    const known = card.tier !== "unknown";
    return h(
      "li",
      { class: "card kpi", "data-key": card.id, "data-tier": card.tier },
      h(
        "div",
        { class: "top" },
        opener(
          card.hrefs?.all,
          { class: "name", "data-card": card.id, "data-what": "all", "aria-label": this.spoken(card) },
          card.name,
        ),
        card.tier !== "ok" && tierChip(card.tier, card.tier_word, card.tier_icon),
      ),
      h(
        "div",
        { class: "value" },
        known ? card.value : "–",
        known && card.unit && h("span", { class: "unit muted" }, card.unit),
      ),
      h(
        "div",
        { class: "aims small muted" },
        known && this.aim(card),
        known && card.delta && this.delta(card),
        card.note && h("span", {}, card.note),
      ),
      known ? this.sparkline(card) : h("span", { class: "hatched", "aria-hidden": "true" }),
      h(
        "div",
        { class: "bottom small" },
        h("span", { class: "muted" }, number(card.n, this.data.lang), " ", card.n_label),
        h("span", { class: "tiers" }, this.tier(card, "yellow"), this.tier(card, "red")),
      ),
    );
  }

  /** On target is said quietly: a tick before the target. */
  aim(card) {
    const ok = card.tier === "ok";
    return h(
      "span",
      { class: "target", "data-tip": ok && card.tier_word },
      ok && icon(TIER_ICONS.ok),
      card.target ? fill(this.data.t.target, card) : ok && card.tier_word,
    );
  }

  /** Worse is said in ink, better in muted: yellow and red belong to the tier alone. */
  delta(card) {
    const { t } = this.data;
    const good = card.delta_good;
    const known = good === true || good === false;
    return h(
      "span",
      { class: good === false ? "delta worse" : "delta", "data-tip": card.delta_hint },
      card.delta,
      known && h("span", { class: "hidden" }, good ? t.better : t.worse),
    );
  }

  tier(card, tier) {
    if (!card[tier]) return null;
    return opener(
      card.hrefs?.[tier],
      {
        class: "chip",
        "data-tier": tier,
        "data-card": card.id,
        "data-what": tier,
        "aria-label": `${card.name}: ${number(card[tier], this.data.lang)} ${this.data.t[tier]}, ${this.data.t.open}`,
        "data-tip": `${number(card[tier], this.data.lang)} ${this.data.t[tier]}`,
      },
      icon(TIER_ICONS[tier]),
      shortNumber(card[tier], this.data.lang, 10000),
    );
  }

  spoken(card) {
    const { t, lang } = this.data;
    return [
      card.name,
      `${card.value} ${card.unit ?? ""}`.trim(),
      card.tier_word,
      card.target && fill(t.target, card),
      card.delta,
      card.delta && card.delta_hint,
      card.note,
      `${number(card.n, lang)} ${card.n_label}`,
      t.open,
    ]
      .filter(Boolean)
      .join(", ");
  }

  sparkline(card) {
    const trend = card.trend ?? [];
    const values = trend.filter((v) => v !== null);
    if (values.length < 2) return h("span", { class: "spark" });
    const aim = card.target_value ?? null;
    const range = aim === null ? values : [...values, aim];
    const low = Math.min(...range);
    const span = Math.max(...range) - low;
    const x = (i) => (i * 100) / (trend.length - 1);
    const y = (v) => (span ? 100 - ((v - low) * 100) / span : 50);
    const last = trend.findLastIndex((v) => v !== null);
    // Drawn on 100 x 100 and stretched; the last day's dot is no part of it, or it would be stretched too.
    return h(
      "span",
      { class: "spark", "aria-hidden": "true" },
      h(
        "svg",
        { viewBox: "0 0 100 100", preserveAspectRatio: "none" },
        aim !== null && h("line", { class: "aim", x1: 0, x2: 100, y1: y(aim), y2: y(aim) }),
        h("path", { class: "trend", d: path(trend, x, y) }),
      ),
      h("i", { class: "last", style: `left: ${x(last)}%; top: ${y(trend[last])}%` }),
    );
  }
}

/** A day without data breaks the line; nothing is drawn between its neighbours. */
function path(trend, x, y) {
  const steps = trend.map(
    (v, i) => v !== null && `${trend[i - 1] === null || i === 0 ? "M" : "L"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`,
  );
  return steps.filter(Boolean).join(" ");
}

export default function ({ data, parentElement, setTriggerValue }) {
  mounted(parentElement, (root) => new KpiCards(root)).update(data, (value) => setTriggerValue("open", value));
  return unmount(parentElement);
}
