// One panel of a board. Every number is a link; which measure of the lines is shown stays in the browser.

class BoardChart {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-reading]");
      if (!button) return;
      this.reading = button.dataset.reading;
      this.draw();
    });
    root.addEventListener("keydown", (event) => {
      if (event.target.matches(".day, .step, .part")) moveFocus(event, [...root.querySelectorAll(".day, .step, .part")]);
    });
  }

  update(data) {
    this.data = data;
    this.draw();
  }

  draw() {
    const { chart } = this.data;
    const body = this.isEmpty() ? this.nothing() : this[chart.kind](chart);
    morph(this.root, h("section", { class: `wp card panel ${chart.kind}`, "aria-label": chart.title }, this.head(), body));
  }

  isEmpty() {
    const { readings, bars, steps, rows, paragraphs } = this.data.chart;
    const list = readings?.[0]?.lines ?? bars ?? steps ?? rows ?? paragraphs ?? [];
    return list.length === 0 || Boolean(this.data.chart.empty);
  }

  nothing() {
    return h("p", { class: "empty small" }, this.data.chart.empty || this.data.t.none);
  }

  head() {
    const { chart, t } = this.data;
    const readings = this.isEmpty() ? [] : (chart.readings ?? []);
    return h(
      "div",
      { class: "head" },
      chart.icon && icon(chart.icon, { class: "icon muted" }),
      h("h3", { class: "cut" }, chart.title),
      chart.note && h("span", { class: "note small muted cut" }, chart.note),
      readings.length > 1 &&
        h(
          "span",
          { class: "readings", role: "group", "aria-label": t.reading },
          readings.map(({ id, label }) =>
            h(
              "button",
              { type: "button", class: "small", "data-reading": id, "aria-pressed": String(this.now().id === id) },
              label,
            ),
          ),
        ),
    );
  }

  now() {
    const { readings } = this.data.chart;
    return readings.find(({ id }) => id === this.reading) ?? readings[0];
  }

  // ---- lines by day

  lines({ days }) {
    const { lines, low, high, ticks } = this.now();
    const y = (value) => 100 - ((value - low) * 100) / (high - low || 1);
    const x = (i) => ((i + 0.5) * 100) / days.length;
    return [
      h(
        "div",
        { class: "plot" },
        h(
          "div",
          { class: "scale small muted", "aria-hidden": "true" },
          ticks.map(({ at, text }) => h("span", { style: `top: ${y(at)}%` }, text)),
        ),
        h(
          "div",
          { class: "area" },
          h(
            "svg",
            { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
            ticks.map(({ at }) => h("line", { class: "tick", x1: 0, x2: 100, y1: y(at), y2: y(at) })),
            lines.length === 1 && h("path", { class: "under", d: under(lines[0].values, x, y) }),
            lines.map((line, i) => h("path", { class: `line n${i}`, d: along(line.values, x, y) })),
          ),
          lines.map((line, i) => this.dot(line, i, x, y)),
          h("div", { class: "days" }, days.map((day, i) => this.day(day, i, lines))),
        ),
        h(
          "div",
          { class: "dates small muted", "aria-hidden": "true" },
          days.map((day, i) => h("span", {}, this.dated(i, days.length) && day)),
        ),
      ),
      h("ul", { class: "legend small" }, lines.map((line, i) => this.named(line, i))),
    ];
  }

  /** Today, and some of the days before, so that their names have room. */
  dated(i, n) {
    const apart = Math.ceil(n / (this.root.clientWidth < 480 ? 4 : 7));
    return (n - 1 - i) % apart === 0;
  }

  dot(line, i, x, y) {
    const last = line.values.findLastIndex((value) => value !== null);
    if (last < 0) return null;
    return h("i", { class: `dot n${i}`, style: `left: ${x(last)}%; top: ${y(line.values[last])}%` });
  }

  day(day, i, lines) {
    const words = [day, ...lines.map((line) => `${line.label}: ${line.says[i]}`)].join("\n");
    const href = lines.length === 1 && lines[0].values[i] !== null && lines[0].hrefs?.[i];
    if (!href) return h("span", { class: "day", "data-tip": words });
    const label = `${words.replaceAll("\n", ", ")}, ${this.data.t.open}`;
    return h("a", { class: "day", href, "data-tip": words, "aria-label": label });
  }

  named(line, i) {
    return h(
      "li",
      { "data-key": line.id },
      opener(
        line.href,
        { class: "name", "aria-label": `${line.label} ${line.value}, ${this.data.t.open}` },
        h("i", { class: `key n${i}` }),
        h("span", { class: "cut" }, line.label),
        h("b", {}, line.value),
      ),
    );
  }

  // ---- bars of the next days

  bars({ bars }) {
    const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, part) => sum + part.n, 0)));
    return h("ol", { class: "columns" }, bars.map((bar) => this.bar(bar, most)));
  }

  bar(bar, most) {
    const { lang } = this.data;
    const n = bar.parts.reduce((sum, part) => sum + part.n, 0);
    return h(
      "li",
      { class: bar.late ? "column late" : "column", "data-key": bar.id },
      h(
        "div",
        { class: "stack" },
        h("span", { class: n ? "total" : "total muted" }, shortNumber(n, lang, 10000)),
        bar.parts.map((part) => this.part(bar, part, most)),
      ),
      h("span", { class: "label small" }, bar.label),
      h(
        "span",
        { class: "below small muted" },
        bar.note &&
          opener(
            bar.note_href,
            { class: "plain", "data-tip": bar.note_words, "aria-label": `${bar.note_words}, ${this.data.t.open}` },
            icon("event_available"),
            bar.note,
          ),
      ),
    );
  }

  part(bar, part, most) {
    if (!part.n) return null;
    const { lang, t } = this.data;
    const words = `${bar.label.replace("\n", " ")}: ${number(part.n, lang)} ${part.words}`;
    return opener(
      part.href,
      {
        class: "part",
        "data-tier": part.tier,
        style: `--share: ${part.n / most}`,
        "data-tip": words,
        "aria-label": `${words}, ${t.open}`,
      },
      part.tier !== "ok" && icon(TIER_ICONS[part.tier]),
    );
  }

  // ---- a funnel

  funnel({ steps }) {
    const { lang, t } = this.data;
    return h(
      "ol",
      { class: "steps" },
      steps.map((step) =>
        h(
          "li",
          { "data-key": step.id },
          opener(
            step.href,
            { class: "step", "aria-label": `${step.label}: ${number(step.n, lang)}, ${step.note}, ${t.open}` },
            h("span", { class: "label" }, step.icon && icon(step.icon, { class: "icon muted" }), h("span", { class: "cut" }, step.label)),
            h("span", { class: "track" }, h("i", { style: `width: ${(step.share * 100).toFixed(2)}%` })),
            h("span", { class: "n" }, shortNumber(step.n, lang)),
            h("span", { class: "share small muted" }, step.note),
          ),
        ),
      ),
    );
  }

  // ---- a figure by words

  rows({ rows }) {
    const { lang, t } = this.data;
    return h(
      "ol",
      { class: "words-list" },
      rows.map((row) =>
        h(
          "li",
          { class: "row", "data-key": row.id },
          opener(
            row.hrefs?.all,
            { class: "label", "aria-label": `${row.label}: ${row.value}, ${row.note}, ${t.open}` },
            h("span", { class: "cut" }, row.label),
          ),
          h("span", { class: "track" }, row.share !== null && h("i", { style: `width: ${(row.share * 100).toFixed(2)}%` })),
          h("span", { class: "n" }, row.value),
          h("span", { class: "share small muted" }, row.note),
          h(
            "span",
            { class: "tiers" },
            ["yellow", "red"].map(
              (tier) =>
                row[tier] > 0 &&
                opener(
                  row.hrefs?.[tier],
                  { class: "chip", "data-tier": tier, "aria-label": `${row.label}: ${number(row[tier], lang)} ${t[tier]}, ${t.open}` },
                  icon(TIER_ICONS[tier]),
                  shortNumber(row[tier], lang, 10000),
                ),
            ),
          ),
        ),
      ),
    );
  }

  words({ paragraphs }) {
    return h("div", { class: "text" }, paragraphs.map((text) => h("p", {}, text)));
  }
}

/** A day without a value breaks the line. */
function along(values, x, y) {
  return values
    .map((v, i) => v !== null && `${i === 0 || values[i - 1] === null ? "M" : "L"}${x(i).toFixed(2)} ${y(v).toFixed(2)}`)
    .filter(Boolean)
    .join(" ");
}

/** The area under a line, one shape per unbroken piece of it. */
function under(values, x, y) {
  const shapes = [];
  let from = null;
  values.forEach((v, i) => {
    if (v === null) return;
    if (i === 0 || values[i - 1] === null) from = i;
    const ends = i === values.length - 1 || values[i + 1] === null;
    if (!ends) return;
    const piece = values.slice(from, i + 1).map((value, n) => `L${x(from + n).toFixed(2)} ${y(value).toFixed(2)}`);
    shapes.push(`M${x(from).toFixed(2)} 100 ${piece.join(" ")} L${x(i).toFixed(2)} 100 Z`);
  });
  return shapes.join(" ");
}

export default function ({ data, parentElement }) {
  mounted(parentElement, (root) => new BoardChart(root)).update(data);
  return unmount(parentElement);
}
