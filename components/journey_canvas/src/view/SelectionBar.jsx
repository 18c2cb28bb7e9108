// What can be done with the selected blocks, within reach of a finger; the same has keys.

import { MOD, Tool, useData, useDesk, useEditor, useUi } from "./parts.jsx";
import { fill } from "./words.js";

export function SelectionBar() {
  const editor = useEditor();
  const { t, mode } = useData();
  const ids = useUi((ui) => ui.ids);
  const linking = useUi((ui) => ui.linking);
  const said = useUi((ui) => ui.said);
  useDesk((state) => state.doc);
  if (linking) {
    return (
      <div className="floating linking">
        <span>{said}</span>
        <Tool icon="close" label={t.cancel} keys="Esc" onClick={() => editor.linking.cancel()} />
      </div>
    );
  }
  if (!ids.size) return null;
  const one = editor.only;
  return (
    <div className="floating" role="toolbar" aria-label={t.selection}>
      {one ? <OneTools id={one} /> : <span className="count">{fill(t.said_selected, { n: ids.size })}</span>}
      {mode === "edit" && !one && <ManyTools />}
      {mode === "edit" && (
        <>
          <i className="rule" />
          <Tool icon="content_copy" label={t.duplicate} keys={`${MOD}D`} onClick={() => editor.duplicate()} />
          <Tool icon="delete" label={t.remove} keys="Del" onClick={() => editor.remove()} />
        </>
      )}
    </div>
  );
}

function OneTools({ id }) {
  const editor = useEditor();
  const { t, mode } = useData();
  const leads = mode === "edit" && editor.portsOf(id).length > 0;
  return (
    <>
      <Tool icon="tune" label={t.open} keys="Enter" text onClick={() => editor.open(id)} />
      {leads && <Tool icon="conversion_path" label={t.link} keys="L" text onClick={() => editor.linking.start(id, null, true)} />}
    </>
  );
}

function ManyTools() {
  const editor = useEditor();
  const { t } = useData();
  const three = useUi((ui) => ui.ids.size > 2);
  return (
    <>
      <i className="rule" />
      <Tool icon="align_horizontal_left" label={t.align_left} onClick={() => editor.arrange("left")} />
      <Tool icon="align_vertical_top" label={t.align_top} onClick={() => editor.arrange("top")} />
      {three && <Tool icon="horizontal_distribute" label={t.spread_x} onClick={() => editor.arrange("x")} />}
      {three && <Tool icon="vertical_distribute" label={t.spread_y} onClick={() => editor.arrange("y")} />}
    </>
  );
}
