// The entry that Streamlit calls on every rerun and theme change; the program itself is mounted once.

import { createRoot } from "react-dom/client";
import "@xyflow/react/dist/base.css";
import "./styles/index.css";
import { Canvas } from "./view/Canvas.jsx";
import { Editor } from "./view/editor.js";
import { followTheme, themed } from "./view/theme.js";

const mounts = new WeakMap();

function mount(parentElement) {
  const host = document.createElement("div");
  host.className = "wp-canvas-host";
  const style = document.createElement("style");
  parentElement.append(style, host);
  const made = { host, style, root: createRoot(host), editor: new Editor(host) };
  mounts.set(parentElement, made);
  return made;
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  let made = mounts.get(parentElement);
  if (!made?.host.isConnected) {
    made?.editor.stop();
    made?.root.unmount();
    made = mount(parentElement);
  }
  themed(made.style, data.theme);
  followTheme(made.host);
  made.editor.update(data, { setStateValue, setTriggerValue });
  if (!made.drawn) made.root.render(<Canvas editor={made.editor} />);
  made.drawn = true;
  // Streamlit also calls this when a newer rerun overtakes, so look whether we are really gone.
  return () =>
    setTimeout(() => {
      if (made.host.isConnected) return;
      made.editor.stop();
      made.root.unmount();
      if (mounts.get(parentElement) === made) mounts.delete(parentElement);
    });
}
