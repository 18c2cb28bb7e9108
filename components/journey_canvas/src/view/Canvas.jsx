// The whole: a bar, the palette, the board, and what lies over them.

import { useRef } from "react";
import { ReactFlowProvider } from "@xyflow/react";
import { Bar } from "./Bar.jsx";
import { Board } from "./Board.jsx";
import { Help } from "./Help.jsx";
import { Notes } from "./Notes.jsx";
import { Ghost, Palette } from "./Palette.jsx";
import { Picker } from "./Picker.jsx";
import { Tips } from "./Tips.jsx";
import { keyed } from "./keys.js";
import { EditorContext, useData, useEditor, useUi } from "./parts.jsx";

export function Canvas({ editor }) {
  return (
    <EditorContext.Provider value={editor}>
      <ReactFlowProvider>
        <Whole />
      </ReactFlowProvider>
    </EditorContext.Provider>
  );
}

function Whole() {
  const editor = useEditor();
  const { t, mode, height } = useData();
  const root = useRef(null);
  const copying = (what) => (event) => typing(event) || editor.copying[what](event);
  return (
    <section
      ref={root}
      className="wp canvas"
      data-mount={editor.mountId}
      data-mode={mode}
      style={height ? { height } : undefined}
      aria-label={t.label}
      onKeyDown={(event) => keyed(editor, event)}
      onCopy={copying("copy")}
      onCut={copying("cut")}
      onPaste={copying("paste")}
    >
      <Bar />
      <div className="middle">
        {mode === "edit" && <Palette />}
        <Board />
      </div>
      <Notes />
      <Picker />
      <Ghost />
      <Help />
      <Tips root={root} />
      <Said />
    </section>
  );
}

const typing = (event) => event.target.closest?.("input, textarea") !== null;

/** What has just happened, for who does not see it. */
function Said() {
  const said = useUi((ui) => ui.said);
  const { t } = useData();
  return (
    <>
      <p className="hidden said" role="status" aria-live="polite">
        {said}
      </p>
      <p className="hidden" id="wp-canvas-keys">
        {t.block_keys}
      </p>
    </>
  );
}

