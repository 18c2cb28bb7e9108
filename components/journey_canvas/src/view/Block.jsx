// One block: what it is, what it is set to, what is wrong with it, and its ports.

import { memo } from "react";
import { Handle, Position } from "@xyflow/react";
import { Icon, useTexts } from "./parts.jsx";
import { portId } from "./words.js";

const TONES = { yellow: "warning", red: "block", unknown: "help" };
const MARKS = { added: "add", changed: "edit", removed: "remove" };

export const Block = memo(
  function Block({ data }) {
    const { title, icon, lines, tone, mark, badge, problems, ports, entry } = data;
    const branch = ports.length > 1 || Boolean(ports[0]?.label);
    return (
      <div className="block" data-tone={tone || undefined} data-mark={mark || undefined}>
        <Mark mark={mark} />
        {entry && <Handle type="target" position={Position.Left} id="in" className="port" />}
        <div className="head">
          <span className="face">
            <Icon name={icon} />
          </span>
          <span className="title" title={title}>
            {title}
          </span>
        </div>
        {lines.length > 0 && (
          <div className="lines">
            {lines.slice(0, 3).map((line, n) => (
              <p key={n}>{line}</p>
            ))}
          </div>
        )}
        {branch ? <Cases ports={ports} /> : ports.map((port) => <Output key={port.id} port={port} />)}
        {(problems.length > 0 || badge) && (
          <div className="foot">
            <Problems problems={problems} />
            {badge && (
              <span className="badge" data-tier={tone || undefined}>
                {TONES[tone] && <Icon name={TONES[tone]} />}
                {badge}
              </span>
            )}
          </div>
        )}
      </div>
    );
  },
  (a, b) => a.data === b.data,
);

function Output({ port }) {
  return <Handle type="source" position={Position.Right} id={portId(port.id)} className="port" />;
}

/** A branch has one output for each of its cases. */
function Cases({ ports }) {
  return (
    <ul className="cases">
      {ports.map((port) => (
        <li key={port.id} data-stray={port.stray}>
          <span>{port.label || "…"}</span>
          <Output port={port} />
        </li>
      ))}
    </ul>
  );
}

function Mark({ mark }) {
  const t = useTexts();
  if (!mark) return null;
  return (
    <span className="mark">
      <Icon name={MARKS[mark]} />
      {t[`mark_${mark}`]}
    </span>
  );
}

function Problems({ problems }) {
  const t = useTexts();
  if (!problems.length) return null;
  const level = problems.some((problem) => problem.level === "error") ? "error" : "warning";
  const text = problems.map((problem) => problem.text).join("\n");
  return (
    <span className="problem" data-level={level} data-tip={text}>
      <Icon name={level === "error" ? "error" : "warning"} />
      {t[level]}
      {problems.length > 1 && <b>{problems.length}</b>}
    </span>
  );
}
