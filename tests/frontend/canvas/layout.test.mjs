import assert from "node:assert/strict";
import test from "node:test";
import { HEIGHT, WIDTH, moved } from "../../../components/journey_canvas/src/core/doc.mjs";
import { aligned, distributed, guides, layered } from "../../../components/journey_canvas/src/core/layout.mjs";
import { found, sifted } from "../../../components/journey_canvas/src/core/find.mjs";
import { PALETTE, block, broken, dice, wire } from "./helpers.mjs";

const covers = (a, b) => Math.abs(a.x - b.x) < WIDTH && a.y < b.y + HEIGHT && b.y < a.y + HEIGHT;

test("tidied blocks never cover each other, and wires lead to the right", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const roll = dice(seed);
    const n = 1 + Math.floor(roll() * 40);
    const blocks = Array.from({ length: n }, (_, i) => block(`b${i}`, 0, 0));
    // Only forwards, so that there is no circle: then every wire can lead to the right.
    const wires = [];
    for (let i = 0; i < n; i += 1) {
      for (let j = i + 1; j < n; j += 1) if (roll() < 1.5 / n) wires.push(wire(`b${i}`, `b${j}`));
    }
    const doc = moved({ blocks, wires }, layered({ blocks, wires }));
    assert.equal(broken(doc), "");
    const at = new Map(doc.blocks.map((b) => [b.id, b]));
    assert.ok(wires.every((w) => at.get(w.to).x >= at.get(w.from).x + WIDTH));
    for (const a of doc.blocks) for (const b of doc.blocks) assert.ok(a === b || !covers(a, b), `seed ${seed}`);
  }
});

test("a chain becomes one straight row, and a circle comes to an end", () => {
  const blocks = ["c", "a", "b"].map((id, n) => block(id, 400 * n, 900 - 300 * n));
  const row = layered({ blocks, wires: [wire("a", "b"), wire("b", "c")] });
  assert.equal(new Set([...row.values()].map((place) => place.y)).size, 1);
  assert.ok(row.get("a").x < row.get("b").x && row.get("b").x < row.get("c").x);
  const circle = layered({ blocks, wires: [wire("a", "b"), wire("b", "c"), wire("c", "a")] });
  assert.equal(circle.size, 3);
  assert.deepEqual(layered({ blocks: [], wires: [] }), new Map());
});

test("a branch and its join lie around the middle", () => {
  const blocks = ["s", "x", "y", "j"].map((id) => block(id));
  const wires = [wire("s", "x"), wire("s", "y"), wire("x", "j"), wire("y", "j")];
  const at = layered({ blocks, wires });
  assert.equal(at.get("x").x, at.get("y").x);
  assert.equal(at.get("s").y, at.get("j").y);
  assert.ok(Math.min(at.get("x").y, at.get("y").y) < at.get("s").y);
});

test("two hundred blocks are tidied at once", () => {
  const blocks = Array.from({ length: 200 }, (_, i) => block(`b${i}`));
  const wires = blocks.slice(1).map((b, i) => wire(`b${Math.floor(i / 2)}`, b.id));
  assert.equal(layered({ blocks, wires }).size, 200);
});

test("aligned blocks share an edge; distributed ones have even gaps", () => {
  const blocks = [block("a", 80, 0), block("b", 400, 40), block("c", 1200, 16)];
  assert.deepEqual([...aligned(blocks, "top").values()].map((p) => p.y), [0, 0, 0]);
  assert.deepEqual([...aligned(blocks, "left").values()].map((p) => p.x), [80, 80, 80]);
  const xs = [...distributed(blocks, "x").values()].map((p) => p.x);
  assert.deepEqual(xs, [80, 640, 1200]);
  const close = [...distributed([block("a"), block("b", 8), block("c", 16)], "x").values()].map((p) => p.x);
  assert.ok(close[1] >= close[0] + WIDTH && close[2] >= close[1] + WIDTH);
});

test("guides draw a block onto the nearest line within reach", () => {
  const others = [
    { x: 100, y: 300 },
    { x: 108, y: 500 },
  ];
  assert.deepEqual(guides({ x: 105, y: 305 }, others, 10), { dx: 3, x: 108, dy: -5, y: 300 });
  assert.deepEqual(guides({ x: 50, y: 50 }, others, 10), { dx: 0, x: null, dy: 0, y: null });
});

test("search needs all words, in any order, over all texts", () => {
  const doc = { blocks: [block("b", 400), block("a", 0), block("c", 800)], wires: [] };
  const texts = { a: ["Out for delivery", "due in 2 h"], b: ["派送中", "顺丰"], c: ["Delivered"] };
  const ask = (question) => found(doc, (b) => texts[b.id], question);
  assert.deepEqual(ask("deliver"), ["a", "c"]);
  assert.deepEqual(ask("2 OUT"), ["a"]);
  assert.deepEqual(ask("派送"), ["b"]);
  assert.deepEqual([ask("  "), ask("zz")], [[], []]);
  assert.deepEqual(
    sifted(PALETTE, "gat").map((group) => group.items.map((item) => item.id)),
    [["gate"]],
  );
});
