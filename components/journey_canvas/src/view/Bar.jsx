// The bar on top: undo, tools, who else is here, and whether all is saved.

import { useEffect, useState } from "react";
import { Icon, MOD, Tool, useData, useDesk, useEditor, useUi } from "./parts.jsx";
import { fill } from "./words.js";

const PATIENCE_MS = 6_000;

export function Bar() {
  const { t, mode } = useData();
  return (
    <div className="bar" role="toolbar" aria-label={t.tools}>
      {mode === "edit" ? <EditTools /> : <span className="mode">{mode === "read" ? t.read_only : t.comparing}</span>}
      {mode === "diff" && <Legend />}
      <span className="space" />
      <People />
      {mode === "edit" && <Saved />}
      <LookTools />
    </div>
  );
}

function EditTools() {
  const editor = useEditor();
  const t = useData().t;
  const several = useUi((ui) => ui.several);
  const canUndo = useDesk((state) => state.canUndo);
  const canRedo = useDesk((state) => state.canRedo);
  const empty = useDesk((state) => state.doc.blocks.length === 0);
  return (
    <>
      <Tool icon="undo" label={t.undo} keys={`${MOD}Z`} disabled={!canUndo} onClick={editor.undo} />
      <Tool icon="redo" label={t.redo} keys={`${MOD}Shift+Z`} disabled={!canRedo} onClick={editor.redo} />
      <i className="rule" />
      <Tool
        icon="select_all"
        label={t.several}
        keys="Shift"
        pressed={several}
        onClick={() => editor.set({ several: !several })}
      />
      <Tool icon="account_tree" label={t.tidy} disabled={empty} onClick={() => editor.arrange("tidy")} />
    </>
  );
}

function LookTools() {
  const editor = useEditor();
  const { t } = useData();
  const help = useUi((ui) => ui.help);
  return (
    <>
      <Tool icon="search" label={t.find} keys={`${MOD}F`} onClick={() => editor.search("")} />
      <Tool icon="keyboard" label={t.keys} keys="?" pressed={help} onClick={() => editor.set({ help: !help })} />
    </>
  );
}

function Legend() {
  const { t } = useData();
  const signs = { added: "add", changed: "edit", removed: "remove" };
  return (
    <ul className="legend">
      {Object.entries(signs).map(([mark, icon]) => (
        <li key={mark} data-mark={mark}>
          <Icon name={icon} />
          {t[`mark_${mark}`]}
        </li>
      ))}
    </ul>
  );
}

/** Others who edit this draft. */
function People() {
  const { t, people } = useData();
  if (!people.length) return null;
  const names = people.map((person) => person.name).join(", ");
  const text = fill(t.people, { names });
  return (
    <span className="people" role="img" aria-label={text} data-tip={text} tabIndex={0}>
      {people.slice(0, 3).map((person) => (
        <b key={person.name}>{initials(person.name)}</b>
      ))}
      {people.length > 3 && <b>+{people.length - 3}</b>}
      <span>{text}</span>
    </span>
  );
}

/** Two letters of a name in letters; of a Chinese one the given name. */
function initials(name) {
  const parts = name.trim().split(/\s+/);
  if (/\p{Script=Han}/u.test(name)) return name.replace(/\s/g, "").slice(-2);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => [...part][0] ?? "").join("");
}

function Saved() {
  const { t, saved } = useData();
  const pending = useDesk((state) => state.pending);
  const late = useLate(pending);
  const state = !pending ? (saved?.at ? "saved" : "") : late ? "late" : "saving";
  if (!state) return null;
  const icon = { saved: "cloud_done", late: "cloud_off", saving: "cloud_upload" }[state];
  const text = { saved: fill(t.saved, { at: saved?.at }), late: t.not_saved, saving: t.saving }[state];
  return (
    <span className="saved" data-state={state} role="status" data-tip={state === "late" ? text : undefined}>
      <Icon name={icon} />
      <span>{text}</span>
    </span>
  );
}

/** Whether a change has been waiting for so long that something must be wrong. */
function useLate(pending) {
  const [late, setLate] = useState(false);
  const waiting = pending > 0;
  useEffect(() => {
    setLate(false);
    if (!waiting) return undefined;
    const offline = () => setLate(true);
    const timer = setTimeout(offline, navigator.onLine ? PATIENCE_MS : 0);
    window.addEventListener("offline", offline);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("offline", offline);
    };
  }, [waiting]);
  return late;
}
