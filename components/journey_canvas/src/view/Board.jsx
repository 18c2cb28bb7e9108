// React Flow, told what to show and asked what was done; every lasting change goes through the editor.

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import {
  Background,
  ReactFlow,
  SelectionMode,
  ViewportPortal,
  applyNodeChanges,
  useNodesInitialized,
  useReactFlow,
  useStoreApi,
} from "@xyflow/react";
import { refusal } from "../core/rules.mjs";
import { Block } from "./Block.jsx";
import { Empty } from "./Empty.jsx";
import { Find } from "./Find.jsx";
import { Warning } from "./Notes.jsx";
import { SelectionBar } from "./SelectionBar.jsx";
import { Wire } from "./Wire.jsx";
import { ZoomBar } from "./ZoomBar.jsx";
import { useEditor, useData, useDesk, useUi } from "./parts.jsx";
import { draggedTo } from "./dragging.js";
import { shownBlocks, shownWires } from "./shown.js";
import { portOf } from "./words.js";

const nodeTypes = { block: Block };
const edgeTypes = { wire: Wire };
const PRO = { hideAttribution: false };

export function Board() {
  const editor = useEditor();
  const { t, mode } = useData();
  const doc = useDesk((state) => state.doc);
  const linking = useUi((ui) => ui.linking);
  const several = useUi((ui) => ui.several);
  const board = useRef(null);
  const { nodes, lines, handlers } = useBlocks();
  const edges = useWires();
  const connecting = useConnecting();
  useSeveral(several);
  useFirstView();
  const editable = mode === "edit";
  return (
    <div
      ref={board}
      className="board"
      tabIndex={-1}
      role="region"
      aria-label={t.board}
      data-linking={linking ? "" : undefined}
      onPointerDownCapture={(event) => focusBoard(event, board.current)}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        {...handlers}
        {...connecting}
        onNodeDoubleClick={(_, node) => editor.open(node.id)}
        onPaneClick={() => editor.linking.cancel() || editor.select([])}
        nodesDraggable={editable}
        nodesConnectable={editable}
        edgesFocusable={editable}
        connectOnClick={false}
        connectionRadius={36}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={MULTI}
        selectionMode={SelectionMode.Partial}
        selectionOnDrag={several}
        panOnDrag={several ? NOT_LEFT : true}
        selectNodesOnDrag
        nodeDragThreshold={3}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        minZoom={0.1}
        maxZoom={1.75}
        onError={silent}
        proOptions={PRO}
        attributionPosition="bottom-center"
      >
        <Background gap={24} size={1.5} />
        <Guides lines={lines} />
        <ZoomBar />
      </ReactFlow>
      <Find />
      <SelectionBar />
      <Warning />
      {doc.blocks.length === 0 && <Empty />}
    </div>
  );
}

const MULTI = ["Shift", "Control", "Meta"];
const NOT_LEFT = [1, 2];

// React Flow warns of a wire at a port that is not drawn yet; the next picture has it.
const silent = () => undefined;

/** A click on the empty board takes the keyboard there, so that Ctrl+Z works at once. */
function focusBoard(event, board) {
  if (!event.target.closest("button, input, .react-flow__node, .react-flow__edge")) board.focus({ preventScroll: true });
}

/** Each draft is first shown in a size that can be read. */
function useFirstView() {
  const editor = useEditor();
  const flow = useReactFlow();
  const drawn = useNodesInitialized() && flow.viewportInitialized;
  const draft = useDesk((state) => state.draft);
  useLayoutEffect(() => {
    editor.flow = flow;
  }, [editor, flow]);
  useEffect(() => {
    if (drawn) editor.firstView(draft);
  }, [editor, drawn, draft]);
}

function useSeveral(several) {
  const store = useStoreApi();
  useLayoutEffect(() => store.setState({ multiSelectionActive: several }), [store, several]);
}

/** The blocks as React Flow wants them, and what it says while they are dragged and selected. */
function useBlocks() {
  const editor = useEditor();
  const doc = useDesk((state) => state.doc);
  const data = useData();
  const ids = useUi((ui) => ui.ids);
  const linking = useUi((ui) => ui.linking);
  const [nodes, setNodes] = useState([]);
  const [lines, setLines] = useState(null);
  const drag = useRef({ lead: null, places: new Map() });
  useLayoutEffect(() => {
    setNodes((old) => shownBlocks(old, doc, data, editor, ids, linking));
  }, [doc, data, editor, ids, linking]);

  const handlers = useMemo(() => {
    const begin = (_, node) => {
      editor.hold();
      drag.current = { lead: node.id, places: new Map() };
    };
    const end = () => {
      const { places } = drag.current;
      drag.current.lead = null;
      setLines(null);
      editor.release(() => editor.move(places));
    };
    return {
      onNodesChange: (changes) => {
        const chosen = changes.filter((change) => change.type === "select");
        if (chosen.length) editor.chose(chosen);
        const rest = changes.filter((change) => change.type !== "select" && change.type !== "remove");
        if (!rest.length) return;
        const { lead, places } = drag.current;
        setNodes((old) => {
          const { changes: drawn, lines: met } = draggedTo(rest, old, lead, places, editor);
          if (lead) queueMicrotask(() => drag.current.lead && setLines(met));
          return applyNodeChanges(drawn, old);
        });
      },
      onEdgesChange: (changes) => {
        const chosen = changes.filter((change) => change.type === "select");
        if (chosen.length) editor.choseWires(chosen);
      },
      onNodeDragStart: begin,
      onNodeDragStop: end,
      onSelectionDragStart: (event, [node]) => begin(event, node),
      onSelectionDragStop: end,
      onSelectionStart: () => editor.hold(),
      onSelectionEnd: () => editor.release(),
      onNodeClick: (event, node) => clicked(editor, event, node.id),
    };
  }, [editor]);
  return { nodes, lines, handlers };
}

/** A click on a port starts a wire, a click on a block ends it. */
function clicked(editor, event, id) {
  const port = event.target.closest(".react-flow__handle");
  const node = event.target.closest(".react-flow__node");
  node?.focus({ preventScroll: true });
  if (editor.ui.linking) editor.linking.finish(id);
  else if (port?.classList.contains("source")) editor.linking.start(id, portOf(port.dataset.handleid));
}

function useWires() {
  const editor = useEditor();
  const doc = useDesk((state) => state.doc);
  const data = useData();
  const ids = useUi((ui) => ui.ids);
  const chosen = useUi((ui) => ui.wires);
  const linking = useUi((ui) => ui.linking);
  const over = useUi((ui) => ui.ghost?.over ?? "");
  const old = useRef([]);
  return useMemo(() => {
    old.current = shownWires(old.current, doc, data, editor, { ids, chosen, linking, over });
    return old.current;
  }, [doc, data, editor, ids, chosen, linking, over]);
}

/** Wires drawn from port to port, onto a block, or into the empty, where a new block is offered. */
function useConnecting() {
  const editor = useEditor();
  const wireOf = useCallback((c) => ({ from: c.source, to: c.target, port: portOf(c.sourceHandle) }), []);
  return useMemo(
    () => ({
      onConnect: (connection) => editor.connect(wireOf(connection)),
      isValidConnection: (connection) => !refusal(editor.doc, editor.kinds, wireOf(connection)),
      onConnectStart: () => editor.set({ linking: null }),
      onConnectEnd: (event, state) => ended(editor, event, state),
    }),
    [editor, wireOf],
  );
}

function ended(editor, event, state) {
  if (state.isValid || !state.fromHandle) return;
  const { clientX: x, clientY: y } = event.changedTouches?.[0] ?? event;
  const { nodeId, id, type } = state.fromHandle;
  const under = editor.host.getRootNode().elementsFromPoint(x, y);
  if (under.some((one) => one.closest(".react-flow__handle")?.dataset.nodeid === nodeId)) return; // a click, not a drag
  const node = under.map((one) => one.closest(".react-flow__node")).find(Boolean)?.dataset.id ?? state.toNode?.id;
  if (node === nodeId) return;
  if (node) {
    const [from, to] = type === "source" ? [nodeId, node] : [node, nodeId];
    const ports = editor.portsOf(from);
    editor.connect({ from, to, port: type === "source" ? portOf(id) : (ports[0]?.id ?? "") });
  } else if (under.some((one) => one.closest(".react-flow__pane"))) {
    editor.set({ picker: { x, y, node: nodeId, port: type === "source" ? portOf(id) : null } });
  }
}

/** Lines on which the dragged block meets others. */
function Guides({ lines }) {
  if (!lines || (lines.x === null && lines.y === null)) return null;
  return (
    <ViewportPortal>
      {lines.x !== null && <i className="guide down" style={{ transform: `translate(${lines.x}px, -40000px)` }} />}
      {lines.y !== null && <i className="guide across" style={{ transform: `translate(-40000px, ${lines.y}px)` }} />}
    </ViewportPortal>
  );
}

