// The keys, listed.

import { useEffect, useRef } from "react";
import { MOD, Tool, useData, useEditor, useUi } from "./parts.jsx";

const ROWS = [
  ["Enter", "key_add"],
  ["F6", "key_region"],
  ["Tab", "key_tab"],
  [`${MOD}← ↑ → ↓`, "key_walk"],
  ["← ↑ → ↓", "key_move"],
  ["Enter", "key_open"],
  ["L", "key_link"],
  ["Shift+Space", "key_toggle"],
  [`${MOD}A`, "key_all"],
  ["Del", "key_remove"],
  [`${MOD}D`, "key_duplicate"],
  [`${MOD}C  ${MOD}X  ${MOD}V`, "key_copy"],
  [`${MOD}Z  ${MOD}Shift+Z`, "key_undo"],
  [`${MOD}F  /`, "key_find"],
  ["+  −  F", "key_zoom"],
  [`${MOD}S`, "key_save"],
  [`${MOD}Enter`, "key_try"],
  ["Esc", "key_escape"],
];
const MICE = ["mouse_pan", "mouse_box", "mouse_wire", "mouse_splice"];

export function Help() {
  const editor = useEditor();
  const { t } = useData();
  const open = useUi((ui) => ui.help);
  const box = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const before = editor.host.getRootNode().activeElement;
    box.current.focus();
    return () => before?.focus?.();
  }, [open, editor]);
  if (!open) return null;
  const close = () => editor.set({ help: false });
  return (
    <div className="veil" onPointerDown={(event) => event.target === event.currentTarget && close()}>
      <div ref={box} className="help" role="dialog" aria-modal="true" aria-label={t.keys} tabIndex={-1}>
        <header>
          <h3>{t.keys}</h3>
          <Tool icon="close" label={t.close} keys="Esc" onClick={close} />
        </header>
        <dl>
          {ROWS.map(([keys, text]) => (
            <div key={text}>
              <dt>
                {keys.split("  ").map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{t[text]}</dd>
            </div>
          ))}
        </dl>
        <ul>
          {MICE.map((text) => (
            <li key={text}>{t[text]}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}
