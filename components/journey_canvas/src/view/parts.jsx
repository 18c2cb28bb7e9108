// Small parts that everything here is made of.

import { createContext, useContext, useSyncExternalStore } from "react";
import { symbol } from "./words.js";

export const EditorContext = createContext(null);

export const useEditor = () => useContext(EditorContext);

/** A part of the editor's own state; `pick` must return the same object while nothing changed. */
export function useUi(pick) {
  const editor = useEditor();
  return useSyncExternalStore(editor.subscribe, () => pick(editor.ui));
}

/** A part of the desk's state: the document, whether undo is possible. */
export function useDesk(pick) {
  const { desk } = useEditor();
  return useSyncExternalStore(desk.subscribe, () => pick(desk.state));
}

export const useData = () => useUi((ui) => ui.data);

export const useTexts = () => useUi((ui) => ui.data.t);

export function Icon({ name, className = "" }) {
  return (
    <span className={`icon ${className}`} aria-hidden="true">
      {symbol(name)}
    </span>
  );
}

/**
 * A button with an icon and a name that shows on hover and is read aloud; `keys` are shown beside the name. One that
 * is of no use now stays reachable: a browser gives no keys to a disabled button, not even Ctrl+Z after the last undo.
 */
export function Tool({ icon, label, keys = "", text = false, pressed, disabled, onClick, className = "", ...rest }) {
  return (
    <button
      type="button"
      className={`tool ${text ? "worded" : ""} ${className}`}
      aria-label={label}
      aria-pressed={pressed}
      aria-disabled={disabled || undefined}
      onClick={disabled ? undefined : onClick}
      data-tip={keys ? `${label}  ${keys}` : label}
      {...rest}
    >
      <Icon name={icon} />
      {text && <span>{label}</span>}
    </button>
  );
}

/** One way or another to write the key that commands are given with. */
export const MOD = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl+";
