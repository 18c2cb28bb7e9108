// Lines over the board: what has happened to the draft from elsewhere, and why something cannot be done.

import { Icon, Tool, useData, useDesk, useEditor, useUi } from "./parts.jsx";

const ICONS = { merged: "group", conflict: "compare_arrows", restored: "history", reloaded: "sync" };

/** The same is read aloud from elsewhere, so this is only for the eye. */
export function Warning() {
  const warning = useUi((ui) => ui.warning);
  if (!warning) return null;
  return (
    <div className="warning" aria-hidden="true">
      <Icon name="info" />
      {warning}
    </div>
  );
}

export function Notes() {
  const { desk } = useEditor();
  const { t } = useData();
  const note = useDesk((state) => state.note);
  if (!ICONS[note]) return null;
  return (
    <div className="note" data-note={note} role={note === "conflict" ? "alert" : "status"}>
      <Icon name={ICONS[note]} />
      <span>{t[`note_${note}`]}</span>
      <Tool icon="close" label={t.close} onClick={desk.quiet} />
    </div>
  );
}
