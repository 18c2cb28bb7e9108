// A palette, small documents, and a random number generator that can be started again.

const item = (kind, more = {}) => ({ id: kind, kind, label: kind, icon: "flag", in: true, out: true, ...more });

export const PALETTE = [
  { id: "a", label: "Sources", items: [item("source", { in: false })] },
  {
    id: "b",
    label: "Stages",
    items: [
      item("stage", { set: { hours: 24 } }),
      item("branch", { cases: [{ id: "yes", label: "Yes" }, { id: "no", label: "No" }] }),
      item("gate", { to: ["stage"] }),
      item("kpi", { out: false }),
    ],
  },
];

export const block = (id, x = 0, y = 0, kind = "stage") => ({ id, kind, x, y, set: { name: id } });
export const wire = (from, to, port = "") => ({ from, to, port });

/** Mulberry32: small, even enough, and the same on every machine. */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What must hold of any document at any time; gives the reason if it does not. */
export function broken(doc) {
  const ids = doc.blocks.map((b) => b.id);
  if (new Set(ids).size !== ids.length) return "an id stands twice";
  if (!ids.every((id) => /^[a-z][a-z0-9_-]{0,47}$/.test(id))) return "an id of another form";
  const keys = doc.wires.map((w) => `${w.from}|${w.port}|${w.to}`);
  if (new Set(keys).size !== keys.length) return "a wire stands twice";
  if (!doc.wires.every((w) => ids.includes(w.from) && ids.includes(w.to))) return "a wire leads nowhere";
  if (doc.wires.some((w) => w.from === w.to)) return "a wire leads back";
  const whole = (v) => Number.isInteger(v) && v % 8 === 0 && Math.abs(v) <= 1_000_000;
  if (!doc.blocks.every((b) => whole(b.x) && whole(b.y))) return "a place off the grid";
  return "";
}

export function memory() {
  const kept = new Map();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
}
