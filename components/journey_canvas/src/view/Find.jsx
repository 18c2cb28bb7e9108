// Search among the blocks: what is typed selects the first hit, Enter goes on to the next.

import { useEffect, useRef } from "react";
import { Icon, Tool, useData, useEditor, useUi } from "./parts.jsx";
import { fill } from "./words.js";

export function Find() {
  const editor = useEditor();
  const { t } = useData();
  const finding = useUi((ui) => ui.finding);
  const open = finding !== null;
  const input = useRef(null);
  useEffect(() => {
    if (open) input.current.focus();
  }, [open]);
  if (!open) return null;
  const { question, hits, at } = finding;
  const told = hits.length ? fill(t.hits, { n: at + 1, m: hits.length }) : question.trim() ? t.no_hits : "";
  return (
    <div className="find" role="search">
      <Icon name="search" />
      <input
        ref={input}
        value={question}
        placeholder={t.find_blocks}
        aria-label={t.find_blocks}
        onChange={(event) => editor.search(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          editor.search(question, event.shiftKey ? -1 : 1);
        }}
      />
      <span className="told">{told}</span>
      <Tool icon="close" label={t.close} keys="Esc" onClick={() => editor.closeSearch()} />
    </div>
  );
}
