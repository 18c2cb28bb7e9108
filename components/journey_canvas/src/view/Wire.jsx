// One wire, with a button to take it away while it is selected.

import { memo } from "react";
import { BaseEdge, EdgeLabelRenderer, getBezierPath } from "@xyflow/react";
import { Tool, useData, useEditor } from "./parts.jsx";

export const Wire = memo(function Wire(props) {
  const { id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, selected, markerEnd } = props;
  const ends = { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, curvature: 0.32 };
  const [path, x, y] = getBezierPath(ends);
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} interactionWidth={24} />
      {selected && <Cut x={x} y={y} />}
    </>
  );
});

function Cut({ x, y }) {
  const editor = useEditor();
  const { t, mode } = useData();
  if (mode !== "edit") return null;
  return (
    <EdgeLabelRenderer>
      <div className="cut nodrag nopan" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
        <Tool icon="close" label={t.disconnect} onClick={() => editor.remove()} />
      </div>
    </EdgeLabelRenderer>
  );
}
