import assert from "node:assert/strict";
import test from "node:test";
import { parsed, written } from "../../../components/journey_canvas/src/core/clipboard.mjs";
import * as edits from "../../../components/journey_canvas/src/core/doc.mjs";
import { kindsOf, freePort, neighbour, portsOf, refusal, targetsOf } from "../../../components/journey_canvas/src/core/rules.mjs";
import { PALETTE, block, broken, dice, wire } from "./helpers.mjs";

const KINDS = kindsOf(PALETTE);
const CHAIN = {
  blocks: [block("a"), block("b", 312, 0), block("c", 624, 0)],
  wires: [wire("a", "b"), wire("b", "c")],
};

test("a removed block takes its wires along", () => {
  const doc = edits.removed(CHAIN, new Set(["b"]));
  assert.deepEqual(
    doc.blocks.map((b) => b.id),
    ["a", "c"],
  );
  assert.deepEqual(doc.wires, []);
});

test("an edit that changes nothing is the same object", () => {
  assert.equal(edits.removed(CHAIN, new Set(["zz"])), CHAIN);
  assert.equal(edits.moved(CHAIN, new Map([["a", { x: 3, y: -3 }]])), CHAIN);
});

test("places come onto the grid and stay within what Python takes", () => {
  const doc = edits.moved(CHAIN, new Map([["a", { x: 13, y: -9e9 }]]));
  assert.deepEqual([doc.blocks[0].x, doc.blocks[0].y], [16, -1_000_000]);
  assert.ok(!Object.is(edits.snap(-3), -0));
});

test("a block put into a wire stands between its ends", () => {
  const from = { ...CHAIN, wires: [wire("a", "b", "yes"), wire("b", "c")] };
  const doc = edits.spliced(from, "a|yes|b", block("n"), "no");
  assert.deepEqual(doc.wires, [wire("b", "c"), wire("a", "n", "yes"), wire("n", "b", "no")]);
});

test("pasted blocks get new ids and keep the wires among them, settings and places", () => {
  const clip = parsed(written(edits.excerpt(CHAIN, new Set(["a", "b"]))), KINDS);
  const { doc, ids } = edits.pasted(CHAIN, clip, { x: 40, y: 40 }, dice(1));
  assert.equal(broken(doc), "");
  assert.equal(doc.blocks.length, 5);
  const [a, b] = doc.blocks.slice(3);
  assert.deepEqual(ids, new Set([a.id, b.id]));
  assert.match(a.id, /^stage_[a-z0-9]{5}$/);
  assert.deepEqual([a.x, a.y, b.x, b.y], [40, 40, 352, 40]);
  assert.deepEqual([a.set, b.set], [{ name: "a" }, { name: "b" }]);
  assert.deepEqual(doc.wires.slice(2), [wire(a.id, b.id)]);
  a.set.name = "changed";
  assert.equal(doc.blocks[0].set.name, "a");
});

test("a pasted text that is not ours, is broken or of unknown kinds brings nothing", () => {
  for (const text of ["", "hello", "{}", '{"is": "waypost/journey-blocks"', "x".repeat(5_000_000), 7]) {
    assert.equal(parsed(text, KINDS), null);
  }
  const foreign = written({ blocks: [block("a", 0, 0, "rocket")], wires: [] });
  assert.equal(parsed(foreign, KINDS), null);
});

test("what is unsound in a pasted text is left out", () => {
  const text = written({
    blocks: [block("a"), block("a"), block("B!"), { ...block("c"), x: "9" }, { ...block("d", 5, 5), set: 4 }, null],
    wires: [wire("a", "d"), wire("a", "d"), wire("a", "c"), wire("a", "a"), { from: "a", to: "d", port: 4 }, null],
  });
  const clip = parsed(text, KINDS);
  assert.deepEqual(
    clip.blocks.map((b) => [b.id, b.x, b.set]),
    [
      ["a", 0, { name: "a" }],
      ["d", 8, {}],
    ],
  );
  assert.deepEqual(clip.wires, [wire("a", "d")]);
});

test("new ids come from the kind, whatever it is called", () => {
  assert.match(edits.newId("KPI card", new Set(), dice(2)), /^kpi_card_[a-z0-9]{5}$/);
  assert.match(edits.newId("7", new Set(), dice(2)), /^block_[a-z0-9]{5}$/);
  assert.match(edits.newId("x".repeat(90), new Set(), dice(2)), /^[a-z][a-z0-9_-]{0,47}$/);
  const first = edits.newId("a", new Set(), dice(3));
  assert.notEqual(edits.newId("a", new Set([first]), dice(3)), first);
});

test("a free place covers no block", () => {
  const doc = { blocks: [block("a"), block("b", 0, 112)], wires: [] };
  const { x, y } = edits.freePlace(doc, { x: 4, y: 10 });
  assert.ok(doc.blocks.every((b) => Math.abs(b.x - x) >= edits.WIDTH || Math.abs(b.y - y) >= edits.HEIGHT));
});

test("wires that can never be right are refused with the reason", () => {
  const doc = {
    blocks: [block("s", 0, 0, "source"), block("a"), block("g", 0, 0, "gate"), block("k", 0, 0, "kpi")],
    wires: [wire("s", "a")],
  };
  const why = (from, to) => refusal(doc, KINDS, wire(from, to));
  assert.deepEqual(
    [why("s", "a"), why("a", "a"), why("a", "s"), why("k", "a"), why("g", "k"), why("g", "a"), why("a", "gone")],
    ["twice", "self", "in", "out", "kind", "", "self"],
  );
  assert.deepEqual(
    targetsOf(doc, KINDS, "g", "").map((b) => b.id),
    ["a"],
  );
});

test("a branch has an output for each case, and keeps one that a wire still leaves from", () => {
  const branch = KINDS.get("branch");
  const ids = (ports) => ports.map((port) => port.id);
  assert.deepEqual(ids(portsOf(branch, null)), ["yes", "no"]);
  assert.deepEqual(ids(portsOf(branch, [{ id: "x", label: "X" }], [wire("b", "a", "no")])), ["x", "no"]);
  assert.deepEqual(ids(portsOf(KINDS.get("kpi"), null)), []);
  assert.deepEqual(ids(portsOf(undefined, null)), [""]);
  const doc = { blocks: [block("b"), block("a")], wires: [wire("b", "a", "yes")] };
  assert.equal(freePort(doc, "b", portsOf(branch, null)), "no");
  assert.equal(freePort(doc, "b", []), null);
});

test("walking goes to the nearest block on that side and stays at the edge", () => {
  assert.equal(neighbour(CHAIN, "a", "right").id, "b");
  assert.equal(neighbour(CHAIN, "c", "left").id, "b");
  assert.equal(neighbour(CHAIN, "a", "up"), null);
});
