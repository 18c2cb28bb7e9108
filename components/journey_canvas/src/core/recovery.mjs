// What has not reached the database yet is also kept in this browser, under the draft's id. Storage may be full,
// forbidden (private windows) or filled with something else: then there is simply no copy.

import { soundDoc } from "./clipboard.mjs";

const MAX_TEXT = 2_000_000;
const PREFIX = "waypost.canvas.";

export function keep(storage, sent) {
  try {
    const text = JSON.stringify(sent);
    if (text.length <= MAX_TEXT) storage?.setItem(PREFIX + sent.draft, text);
  } catch {
    // no room or no permission
  }
}

export function drop(storage, draft) {
  try {
    storage?.removeItem(PREFIX + draft);
  } catch {
    // as above
  }
}

/** The copy of a draft that `saved` does not cover, as it was sent; else null. */
export function kept(storage, draft, saved) {
  try {
    const found = JSON.parse(storage?.getItem(PREFIX + draft) ?? "null");
    if (found?.draft !== draft || !soundDoc(found) || !Number.isInteger(found.base)) return null;
    return covers(saved, found) ? null : found;
  } catch {
    return null;
  }
}

/** Whether what stands in the database includes this revision. */
export const covers = (saved, { client, rev }) => saved?.client === client && saved.rev >= rev;
