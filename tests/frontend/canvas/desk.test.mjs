import assert from "node:assert/strict";
import test from "node:test";
import * as edits from "../../../components/journey_canvas/src/core/doc.mjs";
import { Desk } from "../../../components/journey_canvas/src/core/desk.mjs";
import { steady } from "../../../components/journey_canvas/src/view/steady.mjs";
import { block, broken, dice, memory, wire } from "./helpers.mjs";

const START = { rev: 1, draft: "d", blocks: [block("a"), block("b", 312)], wires: [wire("a", "b")], note: "" };

function open(storage = memory(), client = "me", server = START, saved = null) {
  const sent = [];
  const desk = new Desk({ client, storage, send: (doc) => sent.push(doc) });
  desk.receive(server, saved);
  return { desk, sent, storage };
}

test("an edit is sent whole, with its revision, its base and its draft", () => {
  const { desk, sent } = open();
  desk.edit(edits.removed(desk.doc, new Set(["a"])));
  desk.edit(edits.added(desk.doc, block("c")));
  assert.deepEqual(
    sent.map(({ client, rev, base, draft }) => [client, rev, base, draft]),
    [
      ["me", 1, 1, "d"],
      ["me", 2, 1, "d"],
    ],
  );
  assert.deepEqual(
    sent[1].blocks.map((b) => b.id),
    ["b", "c"],
  );
});

test("a held key is one step of undo, and is sent once it rests", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { desk, sent } = open();
  const to = (x, group) => desk.edit(edits.moved(desk.doc, new Map([["a", { x, y: 0 }]])), group);
  to(8, "1");
  to(16, "1");
  to(24, "1");
  assert.equal(sent.length, 0);
  t.mock.timers.tick(250);
  assert.deepEqual(
    sent.map((doc) => [doc.rev, doc.blocks[0].x]),
    [[3, 24]],
  );
  to(32, "2");
  to(40);
  assert.equal(sent.at(-1).blocks[0].x, 40);
  t.mock.timers.tick(250);
  assert.equal(sent.length, 2);
  for (const x of [32, 24, 0]) {
    desk.undo();
    assert.equal(desk.doc.blocks[0].x, x);
  }
  assert.ok(!desk.state.canUndo);
  to(8, "3");
  to(0, "3");
  assert.ok(!desk.state.canUndo);
  to(8, "3");
  desk.undo();
  assert.equal(desk.doc.blocks[0].x, 0);
});

test("what Python sends again is not taken for news", () => {
  const { desk } = open();
  desk.edit(edits.added(desk.doc, block("c")));
  assert.equal(desk.receive(START, null), false);
  assert.equal(desk.doc.blocks.length, 3);
  assert.equal(desk.receive({ ...START, rev: 2 }, null), true);
  assert.equal(desk.doc.blocks.length, 2);
});

test("a change made in the form is one step of undo, another's is none", () => {
  const { desk, sent } = open();
  const blocks = [{ ...block("a"), set: { name: "renamed" } }, START.blocks[1]];
  desk.receive({ ...START, rev: 2, blocks, undoable: true, note: "form" }, null);
  assert.ok(desk.state.canUndo);
  desk.undo();
  assert.equal(desk.doc.blocks[0].set.name, "a");
  assert.equal(sent.at(-1).base, 2);
  desk.receive({ ...START, rev: 3, blocks: [...START.blocks, block("t")], note: "merged" }, null);
  assert.equal(desk.state.note, "merged");
  assert.ok(!desk.state.canUndo);
  desk.receive({ ...START, rev: 4, note: "reloaded" }, null);
  assert.ok(!desk.state.canRedo);
});

test("unsaved work is kept in the browser until the database has it", () => {
  const { desk, storage } = open();
  desk.edit(edits.added(desk.doc, block("c")));
  desk.edit(edits.added(desk.doc, block("e")));
  assert.equal(storage.kept.size, 1);
  assert.equal(desk.state.pending, 2);
  desk.receive(START, { client: "me", rev: 1, at: "12:00" });
  assert.equal(storage.kept.size, 1);
  desk.receive(START, { client: "me", rev: 2, at: "12:00" });
  assert.equal(storage.kept.size, 0);
  assert.equal(desk.state.pending, 0);
});

test("after a reload the unsaved work comes back with the base it was made on", () => {
  const { desk, storage } = open();
  desk.edit(edits.added(desk.doc, block("c")));
  const later = { ...START, rev: 7, blocks: [block("x")], wires: [] };
  const again = open(storage, "anew", later, { client: "other", rev: 4, at: "12:00" });
  assert.deepEqual(
    again.sent.map(({ client, rev, base, blocks }) => [client, rev, base, blocks.map((b) => b.id)]),
    [["anew", 1, 1, ["a", "b", "c"]]],
  );
  assert.equal(again.desk.state.note, "restored");
  const other = open(storage, "third", { ...START, draft: "another" }, null);
  assert.deepEqual(other.sent, []);
});

test("who only reads sends nothing, and what is kept stays kept", () => {
  const { desk, storage } = open();
  desk.edit(edits.added(desk.doc, block("c")));
  const sent = [];
  const reader = new Desk({ client: "reader", storage, send: (doc) => sent.push(doc) });
  reader.receive({ ...START, rev: 4 }, null, false);
  assert.deepEqual(sent, []);
  assert.equal(storage.kept.size, 1);
});

test("what had reached the database is not sent again after a reload", () => {
  const { desk, storage } = open();
  desk.edit(edits.added(desk.doc, block("c")));
  const again = open(storage, "anew", START, { client: "me", rev: 1, at: "12:00" });
  assert.deepEqual(again.sent, []);
  assert.equal(storage.kept.size, 0);
});

test("a storage that is full, forbidden or filled with nonsense does no harm", () => {
  const angry = {
    getItem: () => "{",
    setItem: () => {
      throw new Error("full");
    },
    removeItem: () => {
      throw new Error("forbidden");
    },
  };
  for (const storage of [angry, null, { ...angry, getItem: () => '{"draft": "d", "base": 1, "blocks": [4], "wires": []}' }]) {
    const { desk, sent } = open(storage);
    assert.equal(sent.length, 0);
    assert.ok(desk.edit(edits.added(desk.doc, block("c"))));
  }
});

test("another draft in the same place begins anew", () => {
  const { desk } = open();
  desk.edit(edits.added(desk.doc, block("c")));
  desk.receive({ ...START, draft: "e", rev: 0, blocks: [], wires: [] }, null);
  assert.deepEqual(desk.doc.blocks, []);
  assert.ok(!desk.state.canUndo);
});

test("edits and answers in any order leave a sound document, and the last revision wins", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const roll = dice(seed);
    const { desk, sent } = open();
    let rev = 1;
    for (let n = 0; n < 40; n += 1) {
      const chance = roll();
      const ids = new Set(desk.doc.blocks.filter(() => roll() < 0.2).map((b) => b.id));
      if (chance < 0.3) desk.edit(edits.added(desk.doc, block(`n${seed}-${n}`)));
      else if (chance < 0.5) desk.edit(edits.removed(desk.doc, ids));
      else if (chance < 0.6) desk.undo();
      else if (chance < 0.7) desk.redo();
      else {
        const { blocks, wires } = desk.doc;
        const theirs = edits.added(edits.removed({ blocks, wires }, ids), block(`t${seed}-${n}`));
        rev += roll() < 0.8 ? 1 : 0;
        desk.receive({ ...START, ...theirs, rev, undoable: roll() < 0.5 }, null);
      }
      assert.equal(broken(desk.doc), "", `seed ${seed}, step ${n}`);
    }
    const revs = sent.map((doc) => doc.rev);
    assert.deepEqual(revs, [...revs].sort((a, b) => a - b));
  }
});

test("equal data stays the same object, so that nothing is drawn again", () => {
  const old = { a: [{ b: 1 }, { c: 2 }], d: { e: null } };
  assert.equal(steady(old, structuredClone(old)), old);
  const next = steady(old, { a: [{ b: 1 }, { c: 3 }], d: { e: null } });
  assert.notEqual(next, old);
  assert.equal(next.a[0], old.a[0]);
  assert.equal(next.d, old.d);
  assert.deepEqual(steady({ a: 1, b: 2 }, { a: 1 }), { a: 1 });
  assert.deepEqual(steady([1, 2], [1]), [1]);
});
