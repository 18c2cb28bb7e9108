// The empty board says what to do, and shows it.

import { Icon, useData } from "./parts.jsx";

export function Empty() {
  const { t, mode, palette } = useData();
  const items = palette.flatMap((group) => group.items).filter((item) => item.in || item.out);
  const [first, second] = [items.find((item) => item.out), items.find((item) => item.in && item.out) ?? items[1]];
  return (
    <div className="nothing">
      {mode === "edit" && first && (
        <div className="picture" aria-hidden="true">
          <Sketch item={first} />
          <svg width="72" height="24" viewBox="0 0 72 24">
            <path d="M2 12 H62 M56 6 l7 6 -7 6" />
          </svg>
          <Sketch item={second ?? first} />
          <Icon name="pan_tool_alt" className="hand" />
        </div>
      )}
      <p className="wide">{mode === "edit" ? t.empty : t.nothing}</p>
      <p className="narrow">{mode === "edit" ? t.empty_touch : t.nothing}</p>
    </div>
  );
}

function Sketch({ item }) {
  return (
    <span className="sketch">
      <Icon name={item.icon} />
      {item.label}
    </span>
  );
}
