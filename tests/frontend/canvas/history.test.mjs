import assert from "node:assert/strict";
import test from "node:test";
import { excerpt } from "../../../components/journey_canvas/src/core/doc.mjs";
import * as edits from "../../../components/journey_canvas/src/core/doc.mjs";
import { NO_HISTORY, STEPS, redone, remembered, undone } from "../../../components/journey_canvas/src/core/history.mjs";
import { layered } from "../../../components/journey_canvas/src/core/layout.mjs";
import { kindsOf, refusal } from "../../../components/journey_canvas/src/core/rules.mjs";
import { PALETTE, block, broken, dice, wire } from "./helpers.mjs";

const KINDS = kindsOf(PALETTE);

/** One edit, chosen and filled in by chance, as the canvas would make it. */
function any(doc, roll) {
  const pick = (list) => list[Math.floor(roll() * list.length)];
  const some = () => new Set(doc.blocks.filter(() => roll() < 0.3).map((b) => b.id));
  const place = () => ({ x: Math.round(roll() * 4000 - 2000), y: Math.round(roll() * 4000 - 2000) });
  const made = () => {
    const kind = pick([...KINDS.keys()]);
    const at = place();
    return { id: edits.newId(kind, edits.idsOf(doc), roll), kind, x: edits.snap(at.x), y: edits.snap(at.y), set: {} };
  };
  if (!doc.blocks.length) return edits.added(doc, made());
  const join = wire(pick(doc.blocks).id, pick(doc.blocks).id, pick(["", "yes", "no"]));
  const choices = [
    () => edits.added(doc, made()),
    () => edits.added(doc, made(), join),
    () => edits.moved(doc, new Map([...some()].map((id) => [id, place()]))),
    () => (refusal(doc, KINDS, join) ? doc : edits.connected(doc, join)),
    () => edits.connected(doc, join),
    () => edits.removed(doc, some(), new Set(doc.wires.filter(() => roll() < 0.2).map(edits.wireKey))),
    () => {
      const clip = excerpt(doc, some());
      return clip.blocks.length ? edits.pasted(doc, clip, place(), roll).doc : doc;
    },
    () => (doc.wires.length ? edits.spliced(doc, edits.wireKey(pick(doc.wires)), made()) : doc),
    () => edits.moved(doc, layered(doc)),
    () => ({ ...doc, blocks: doc.blocks.map((b) => (roll() < 0.3 ? { ...b, set: { n: roll() } } : b)) }),
  ];
  return pick(choices)();
}

test("any edits, undone and redone in any order, leave a sound document; undoing all gives the beginning", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const roll = dice(seed);
    const start = seed % 2 ? edits.EMPTY : { blocks: [block("a"), block("b", 312)], wires: [wire("a", "b")] };
    let [doc, history] = [start, NO_HISTORY];
    const go = (found) => found && ([doc, history] = [found.doc, found.history]);
    for (let n = 0; n < 60; n += 1) {
      const chance = roll();
      if (chance < 0.2) go(undone(history, doc));
      else if (chance < 0.3) go(redone(history, doc));
      else {
        const next = any(doc, roll);
        history = remembered(history, doc, next);
        doc = next;
      }
      assert.equal(broken(doc), "", `seed ${seed}, step ${n}`);
    }
    const end = doc;
    let steps = 0;
    while (history.past.length) {
      go(undone(history, doc));
      steps += 1;
    }
    assert.deepEqual(doc, start, `seed ${seed}`);
    for (; steps > 0; steps -= 1) go(redone(history, doc));
    assert.deepEqual(doc, end, `seed ${seed}`);
  }
});

test("a hundred steps are kept, and no more", () => {
  let [doc, history] = [edits.EMPTY, NO_HISTORY];
  for (let n = 0; n < STEPS + 20; n += 1) {
    const next = edits.added(doc, block(`b${n}`));
    history = remembered(history, doc, next);
    doc = next;
  }
  assert.equal(history.past.length, 100);
});

test("undo takes back one's own step only, not what another has changed since", () => {
  const start = { blocks: [block("a"), block("b")], wires: [] };
  const mine = edits.connected(edits.moved(start, new Map([["a", { x: 80, y: 0 }]])), wire("a", "b"));
  const history = remembered(NO_HISTORY, start, mine);
  const merged = edits.added(edits.removed(mine, new Set(["b"])), block("theirs"));
  const { doc, history: rest } = undone(history, merged);
  assert.deepEqual(
    doc.blocks.map((b) => [b.id, b.x]),
    [
      ["a", 0],
      ["theirs", 0],
    ],
  );
  const again = redone(rest, doc);
  assert.equal(broken(again.doc), "");
  assert.deepEqual(again.doc.wires, []);
});

test("an edit that changes nothing is no step", () => {
  const doc = { blocks: [block("a")], wires: [] };
  assert.equal(remembered(NO_HISTORY, doc, { blocks: [{ ...doc.blocks[0] }], wires: [] }), NO_HISTORY);
});
