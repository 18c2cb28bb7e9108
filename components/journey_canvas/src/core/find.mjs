// Search over the texts on the blocks and in the palette.

const folded = (text) => text.normalize("NFKC").toLocaleLowerCase();

/** Whether every word of the question is somewhere in the texts. */
export function matches(question, texts) {
  const all = folded(texts.filter(Boolean).join("\n"));
  return folded(question)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => all.includes(word));
}

/** Ids of the blocks whose texts match, in reading order; none for an empty question. */
export function found(doc, textsOf, question) {
  if (!question.trim()) return [];
  return doc.blocks
    .filter((block) => matches(question, textsOf(block)))
    .sort((a, b) => a.x - b.x || a.y - b.y)
    .map((block) => block.id);
}

/** The palette with only the items that match; groups that are left empty are gone. */
export function sifted(palette, question) {
  return palette
    .map((group) => ({
      ...group,
      items: group.items.filter((item) => matches(question, [item.label, item.hint, item.kind, group.label])),
    }))
    .filter((group) => group.items.length);
}
