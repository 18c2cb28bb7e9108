// The text of [data-tip] beside the pointer's target or the focused element; Escape hides it.

import { useEffect, useRef } from "react";

const WAIT_MS = 350;

export function Tips({ root }) {
  const tip = useRef(null);
  useEffect(() => listened(root.current, tip.current), [root]);
  return <div ref={tip} className="tip" popover="manual" aria-hidden="true" />;
}

function listened(root, tip) {
  let timer = 0;
  const hide = () => {
    clearTimeout(timer);
    if (tip.matches(":popover-open")) tip.hidePopover();
  };
  const show = (target) => {
    tip.textContent = target.getAttribute("data-tip");
    if (!target.isConnected || !tip.textContent) return;
    if (!tip.matches(":popover-open")) tip.showPopover();
    const box = target.getBoundingClientRect();
    const left = box.left + (box.width - tip.offsetWidth) / 2;
    const below = box.bottom + 8;
    tip.style.left = `${Math.max(8, Math.min(left, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${below + tip.offsetHeight < innerHeight ? below : box.top - tip.offsetHeight - 8}px`;
  };
  const over = (event) => {
    hide();
    const target = event.target.closest?.("[data-tip]");
    if (target && event.pointerType !== "touch") timer = setTimeout(() => show(target), WAIT_MS);
  };
  /** A block that is focused by keyboard tells its problems. */
  const focused = (event) => {
    hide();
    if (!event.target.matches(":focus-visible")) return;
    const target = event.target.closest("[data-tip]") ?? event.target.querySelector?.(".problem[data-tip]");
    if (target && event.target.closest("[data-tip], .react-flow__node")) show(target);
  };
  const pairs = [
    ["pointerover", over],
    ["pointerleave", hide],
    ["pointerdown", hide],
    ["focusin", focused],
    ["focusout", hide],
    ["keydown", (event) => event.key === "Escape" && hide()],
  ];
  for (const [name, listener] of pairs) root.addEventListener(name, listener);
  return () => {
    hide();
    for (const [name, listener] of pairs) root.removeEventListener(name, listener);
  };
}
