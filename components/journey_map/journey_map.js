// Draws each track as an ordered list of stops. State to Python: "selected" {unit, node}.

const NARROWEST_STOP = 100; // px; below this a second row reads better than squeezed labels
const EVIDENCE_ICONS = { scanned: "barcode_scanner", declared: "record_voice_over", derived: "function" };
const OPEN = new Set(["now", "late"]);
const LEFT = new Set(["done", "passed"]);

class JourneyMap {
  constructor(root, signal) {
    this.root = root;
    this.selected = null;
    this.clicked = false;
    root.addEventListener("click", (event) => this.select(event.target.closest("button.stop")));
    root.addEventListener("keydown", (event) => this.walk(event));
    const sizes = new ResizeObserver(() => this.data && this.layOut());
    sizes.observe(root);
    signal.addEventListener("abort", () => sizes.disconnect());
  }

  update(data, send) {
    this.send = send;
    // A click counts at once; Python's answer may be one click behind it, so it is not fed back.
    this.clicked &&= this.fits(data.units);
    if (!this.clicked) this.selected = data.selected;
    this.data = data;
    this.draw();
  }

  fits(units) {
    const unit = units.find((u) => u.id === this.selected?.unit);
    return Boolean(unit?.nodes.some((n) => n.id === this.selected.node));
  }

  select(button) {
    if (!button) return;
    this.selected = { unit: button.dataset.unit, node: button.dataset.node };
    this.clicked = true;
    this.draw();
    this.send(this.selected);
  }

  walk(event) {
    const track = event.target.closest(".track");
    if (track && event.target.matches("button.stop")) moveFocus(event, [...track.querySelectorAll("button.stop")]);
  }

  draw() {
    const { units, t } = this.data;
    const content = units.length
      ? units.map((unit) => this.track(unit))
      : h("p", { class: "empty" }, icon("route"), t.empty);
    morph(
      this.root,
      h("div", { class: "wp card journey", role: "group", "aria-label": t.label }, content, this.legend()),
    );
    this.layOut();
  }

  /** Even rows: 14 stops that need two rows become 7 + 7, not 12 + 2; all tracks share one rhythm. */
  layOut() {
    const width = this.root.clientWidth - 32;
    const most = Math.max(1, ...this.data.units.map((u) => u.nodes.length));
    const rows = Math.ceil(most / Math.max(1, Math.floor(width / NARROWEST_STOP)));
    const columns = Math.ceil(most / rows);
    this.root.style.setProperty("--columns", columns);
    this.root.toggleAttribute("data-wrapped", rows > 1);
    for (const track of this.root.querySelectorAll(".stops")) {
      [...track.children].forEach((cell, i) => {
        cell.dataset.row = i % columns === 0 && i > 0 ? "start" : i % columns === columns - 1 ? "end" : "middle";
      });
    }
  }

  track(unit) {
    return h(
      "section",
      { class: "track", "data-key": unit.id, "aria-label": `${unit.heading} ${unit.ref ?? ""}` },
      h(
        "div",
        { class: "head" },
        icon(unit.icon ?? "package_2", { class: "icon muted" }),
        h("h3", {}, unit.heading),
        unit.ref && this.reference(unit.ref),
        unit.note && h("span", { class: "note muted cut" }, unit.note),
        (unit.chips ?? []).map((c) =>
          h("span", { class: "chip", "data-tier": c.tier }, icon(c.icon ?? TIER_ICONS[c.tier] ?? "label"), c.label),
        ),
      ),
      h(
        "ol",
        { class: "stops" },
        unit.nodes.map((node, i) => this.stop(unit, node, i)),
      ),
    );
  }

  reference(ref) {
    return h(
      "button",
      { class: "copy mono", type: "button", "data-copy": ref, "aria-label": `${this.data.t.copy} ${ref}` },
      h("span", { class: "cut" }, ref),
      icon("content_copy", { class: "icon copy-icon" }),
      icon("check", { class: "icon done-icon" }),
    );
  }

  stop(unit, node, i) {
    const chosen = this.selected?.unit === unit.id && this.selected.node === node.id;
    const next = unit.nodes[i + 1];
    const tabStop = this.tabStop(unit) === node.id;
    return h(
      "li",
      { class: "cell", "data-key": node.id, "data-before": i > 0 && leg(node), "data-after": next && leg(next) },
      h(
        "button",
        {
          class: "stop",
          type: "button",
          "data-unit": unit.id,
          "data-node": node.id,
          "data-state": node.state,
          "data-tier": node.tier,
          "aria-pressed": chosen ? "true" : "false",
          "aria-current": node.state === "now" && "step",
          tabindex: tabStop ? "0" : "-1",
          "aria-label": this.spoken(node),
          "data-tip": this.tip(node),
        },
        this.mark(node),
        this.words(node),
      ),
      next &&
        LEFT.has(node.state) &&
        node.dwell &&
        h("span", { class: "dwell small muted cut" }, icon("timelapse"), node.dwell),
    );
  }

  /** One tab stop per track: the selected node, else where the order is now, else the first. */
  tabStop(unit) {
    if (this.selected?.unit === unit.id) return this.selected.node;
    return (unit.nodes.find((n) => OPEN.has(n.state)) ?? unit.nodes[0])?.id;
  }

  mark(node) {
    return h(
      "span",
      { class: "mark" },
      icon(node.state === "unknown" ? "question_mark" : node.icon),
      EVIDENCE_ICONS[node.evidence] && icon(EVIDENCE_ICONS[node.evidence], { class: "icon evidence" }),
      node.n_events > 1 && h("span", { class: "count" }, node.n_events),
    );
  }

  words(node) {
    const { t } = this.data;
    const open = OPEN.has(node.state);
    return h(
      "span",
      { class: "words" },
      h("span", { class: "label" }, node.label),
      h("span", { class: "time small muted" }, node.times_not_given ? h("em", {}, t.times_not_given) : node.time),
      open && node.dwell && h("span", { class: "small so-far" }, fill(t.dwell, node)),
      open && node.due && h("span", { class: "small muted" }, fill(t.due, node)),
      tierChip(node.tier, this.tierWord(node.tier)),
      node.out_of_sequence && h("span", { class: "chip" }, icon("swap_horiz"), t.out_of_sequence),
    );
  }

  tierWord(tier) {
    const { t } = this.data;
    return { yellow: t.yellow, red: t.red, held: t.held, unknown: t.tier_unknown }[tier];
  }

  facts(node) {
    const { t } = this.data;
    const open = OPEN.has(node.state);
    return [
      node.times_not_given ? t.times_not_given : (node.time_full ?? node.time),
      node.dwell && (open ? fill(t.dwell, node) : node.dwell),
      node.due && fill(t.due, node),
      t[node.evidence],
      node.out_of_sequence && t.out_of_sequence,
      node.n_events > 1 && fill(t.n_events, { n: node.n_events }),
    ].filter(Boolean);
  }

  tip(node) {
    return [`${node.label} · ${this.data.t[node.state]}`, ...this.facts(node)].join("\n");
  }

  spoken(node) {
    return [node.label, this.data.t[node.state], this.tierWord(node.tier), ...this.facts(node)]
      .filter(Boolean)
      .join(", ");
  }

  /** Explains only the marks that occur. */
  legend() {
    const nodes = this.data.units.flatMap((unit) => unit.nodes);
    const kinds = Object.keys(EVIDENCE_ICONS).filter((kind) => nodes.some((n) => n.evidence === kind));
    const states = ["expected", "passed", "unknown"].filter((state) => nodes.some((n) => n.state === state));
    if (!kinds.length && !states.length) return null;
    return h(
      "div",
      { class: "legend small muted", "aria-hidden": "true" },
      kinds.map((kind) => h("span", {}, icon(EVIDENCE_ICONS[kind]), this.data.t[kind])),
      states.map((state) => h("span", {}, h("i", { class: "sample", "data-state": state }), this.data.t[state])),
    );
  }
}

/** How the way to a node is drawn: travelled, travelled without a report, or still ahead. */
function leg(node) {
  if (node.state === "late" && node.time) return "done";
  return { late: node.tier === "yellow" ? "yellow" : "red", now: "done" }[node.state] ?? node.state;
}

export default function ({ data, parentElement, setStateValue }) {
  mounted(parentElement, (root, signal) => new JourneyMap(root, signal)).update(data, (value) =>
    setStateValue("selected", value),
  );
  return unmount(parentElement);
}
