// A line below the bar about what has happened to the draft from elsewhere.

import { Icon, Tool, useData, useDesk, useEditor } from "./parts.jsx";

const ICONS = { merged: "group", conflict: "compare_arrows", restored: "history", reloaded: "sync" };

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
