// The river is one SVG behind a row of columns. Trigger to Python: "open" {stage, tier: all | yellow | red}.

const HEIGHT = 112;
const WIDEST = 104;
const NARROWEST = 10; // a stage with one order is still a stream, beside one with a million
const THINNEST = 2; // and one blocked order among them is still seen
const LAYERS = ["rest", "yellow", "red"];

class StageRiver {
  constructor(root, signal) {
    this.root = root;
    root.addEventListener("click", (event) => this.open(event));
    root.addEventListener("keydown", (event) => {
      if (event.target.matches(".stage-name")) moveFocus(event, [...root.querySelectorAll(".stage-name")]);
    });
    const sizes = new ResizeObserver(() => this.data && this.draw());
    sizes.observe(root);
    signal.addEventListener("abort", () => sizes.disconnect());
  }

  update(data, send) {
    this.send = send;
    this.data = data;
    this.draw();
  }

  open(event) {
    const opened = event.target.closest("[data-stage]");
    if (!opened || !plainClick(event)) return;
    const { stage } = opened.dataset;
    const tier = opened.dataset.tier ?? this.layerAt(event, opened);
    const href = this.data.stages.find((s) => s.id === stage)?.hrefs?.[tier];
    event.preventDefault();
    if (href) follow(href);
    else this.send({ stage, tier });
  }

  /** A pointer on a coloured part of the water means that part; the keyboard has the chips below. */
  layerAt(event, button) {
    const river = this.root.querySelector(".river");
    if (event.detail === 0 || !river?.clientHeight) return "all";
    const edges = edgesOf(
      this.data.stages.find((s) => s.id === button.dataset.stage),
      this.most(),
    );
    const y = event.clientY - river.getBoundingClientRect().top;
    const layer = LAYERS.findIndex((_, i) => y >= edges[i] && y < edges[i + 1]);
    return layer > 0 ? LAYERS[layer] : "all";
  }

  most() {
    return Math.max(1, ...this.data.stages.map((s) => s.n));
  }

  draw() {
    const { stages, t } = this.data;
    const empty = !stages.some((s) => s.n > 0);
    morph(
      this.root,
      h(
        "div",
        { class: "wp card box", role: "group", "aria-label": t.label, style: `--stages: ${stages.length}` },
        this.head(),
        h("div", { class: "water" }, this.river()),
        h(
          "ol",
          { class: "stages" },
          stages.map((stage) => this.stage(stage)),
        ),
        empty && h("p", { class: "empty small" }, t.empty),
      ),
    );
  }

  head() {
    const { stages, t, lang } = this.data;
    const n = stages.reduce((sum, stage) => sum + stage.n, 0);
    return h(
      "div",
      { class: "head" },
      h("h3", {}, t.label),
      h("span", { class: "muted" }, fill(t.orders, { n: number(n, lang) })),
    );
  }

  river() {
    const { stages } = this.data;
    const width = Math.max(0, this.root.clientWidth - 2);
    const column = width / Math.max(1, stages.length);
    const edges = stages.map((stage) => edgesOf(stage, this.most()));
    return h(
      "svg",
      { class: "river", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" },
      h("line", { class: "bed", x1: 0, x2: width, y1: HEIGHT / 2, y2: HEIGHT / 2 }),
      LAYERS.map((layer, i) => edges.length > 0 && h("path", { class: layer, d: bank(edges, i, column) })),
    );
  }

  stage(stage) {
    const { t, lang } = this.data;
    return h(
      "li",
      { class: "stage", "data-key": stage.id, "data-empty": stage.n === 0 },
      opener(
        stage.hrefs?.all,
        {
          class: "stage-name",
          "data-stage": stage.id,
          "aria-label": this.spoken(stage),
          "data-tip": this.tip(stage),
        },
        h("span", { class: "label" }, stage.icon && icon(stage.icon, { class: "icon muted" }), stage.label),
      ),
      this.bar(stage),
      h("span", { class: "n" }, shortNumber(stage.n, lang)),
      h("span", { class: "parts" }, this.part(stage, "yellow"), this.part(stage, "red")),
      stage.note && h("span", { class: "note small muted" }, stage.note),
    );
  }

  /** The same stage lying down, for a phone. */
  bar(stage) {
    const [top, ...rest] = edgesOf(stage, this.most());
    const share = (i) => `${(((rest[i] - (i ? rest[i - 1] : top)) * 100) / WIDEST).toFixed(2)}%`;
    return h(
      "span",
      { class: "bar", "aria-hidden": "true" },
      LAYERS.map((layer, i) => h("i", { class: layer, style: `width: ${share(i)}` })),
    );
  }

  part(stage, tier) {
    if (!stage[tier]) return null;
    const { t, lang } = this.data;
    const count = number(stage[tier], lang);
    return opener(
      stage.hrefs?.[tier],
      {
        class: "chip",
        "data-tier": tier,
        "data-stage": stage.id,
        "aria-label": `${stage.label}: ${count} ${t[tier]}, ${t.open}`,
        "data-tip": `${stage.label}: ${count} ${t[tier]}`,
      },
      icon(TIER_ICONS[tier]),
      shortNumber(stage[tier], lang, 10000),
    );
  }

  facts(stage) {
    const { t, lang } = this.data;
    const tiers = ["yellow", "red"]
      .filter((tier) => stage[tier])
      .map((tier) => `${number(stage[tier], lang)} ${t[tier]}`);
    return [fill(t.orders, { n: number(stage.n, lang) }), ...tiers, stage.note].filter(Boolean);
  }

  tip(stage) {
    return [stage.label, ...this.facts(stage)].join("\n");
  }

  spoken(stage) {
    return [stage.label, ...this.facts(stage), this.data.t.open].join(", ");
  }
}

/** The four edges of a stage's three layers, from the top. Square root, so that small stages stay readable. */
function edgesOf(stage, most) {
  const thick = stage.n > 0 ? Math.max(NARROWEST, WIDEST * Math.sqrt(stage.n / most)) : 0;
  const part = (n) => (n > 0 && stage.n > 0 ? Math.max(THINNEST, (thick * n) / stage.n) : 0);
  const red = Math.min(part(stage.red), thick);
  const yellow = Math.min(part(stage.yellow), thick - red);
  const top = (HEIGHT - thick) / 2;
  return [top, top + thick - red - yellow, top + thick - red, top + thick];
}

/** One layer as a closed shape: along its upper edge to the sea and back along the lower one. */
function bank(edges, layer, column) {
  const there = edges.map((e) => e[layer]);
  const back = edges.map((e) => e[layer + 1]);
  const end = column * edges.length;
  return `M0 ${there[0]} ${shore(there, column)} L${end} ${there.at(-1)} L${end} ${back.at(-1)} ${shoreBack(back, column)} L0 ${back[0]} Z`;
}

/** Level through the middle of a column, a smooth bend between two columns. */
function shore(ys, column) {
  return ys
    .map((y, i) => {
      const from = (i + 0.3) * column;
      const bend = from - 0.3 * column;
      const enter = i ? `C${bend} ${ys[i - 1]} ${bend} ${y} ${from} ${y}` : `L${from} ${y}`;
      return `${enter} L${(i + 0.7) * column} ${y}`;
    })
    .join(" ");
}

function shoreBack(ys, column) {
  return ys
    .map((y, i) => {
      const from = (i + 0.7) * column;
      const bend = from + 0.3 * column;
      const enter = i < ys.length - 1 ? `C${bend} ${ys[i + 1]} ${bend} ${y} ${from} ${y}` : `L${from} ${y}`;
      return `${enter} L${(i + 0.3) * column} ${y}`;
    })
    .reverse()
    .join(" ");
}

export default function ({ data, parentElement, setTriggerValue }) {
  mounted(parentElement, (root, signal) => new StageRiver(root, signal)).update(data, (value) =>
    setTriggerValue("open", value),
  );
  return unmount(parentElement);
}
