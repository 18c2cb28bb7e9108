// Zoom, fit and the small map.

import { MiniMap, Panel, useStore } from "@xyflow/react";
import { Tool, useData, useDesk, useEditor } from "./parts.jsx";

const MAP = { width: 152, height: 96 };
const MANY = 8; // blocks from which on a map helps
const nodeClass = (node) => `dot ${node.selected ? "chosen" : ""} ${node.data.tone}`;

export function ZoomBar() {
  const editor = useEditor();
  const { t, lang } = useData();
  const zoom = useStore((state) => Math.round(state.transform[2] * 100) / 100);
  const many = useDesk((state) => state.doc.blocks.length >= MANY);
  const percent = new Intl.NumberFormat(lang, { style: "percent" }).format(zoom);
  const to = (by) => editor.flow?.zoomTo(zoom * by, { duration: editor.pace() });
  return (
    <>
      <Panel position="bottom-left" className="zoom">
        <Tool icon="remove" label={t.zoom_out} keys="−" onClick={() => to(1 / 1.25)} />
        <button
          type="button"
          className="tool worded"
          aria-label={`${percent}, ${t.zoom_full}`}
          data-tip={t.zoom_full}
          onClick={() => to(1 / zoom)}
        >
          {percent}
        </button>
        <Tool icon="add" label={t.zoom_in} keys="+" onClick={() => to(1.25)} />
        <Tool icon="fit_screen" label={t.fit} keys="F" onClick={() => editor.fit()} />
      </Panel>
      {many && (
        <MiniMap position="bottom-right" pannable zoomable ariaLabel={t.map} nodeClassName={nodeClass} nodeBorderRadius={8} style={MAP} />
      )}
    </>
  );
}
