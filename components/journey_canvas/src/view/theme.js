// The colours come from Python (waypost.web.theme); here they are only put in place, and light or dark is found out.

export function themed(style, variables) {
  const text = `:host {\n${variables}\n}`;
  if (style.textContent !== text) style.textContent = text;
}

/** Say light or dark to CSS `light-dark()`. Dialogs stand outside Streamlit's own colour scheme: ask the colour. */
export function followTheme(host) {
  const probe = document.createElement("i");
  probe.style.color = "var(--st-background-color, #fff)";
  host.append(probe);
  const [r, g, b] = getComputedStyle(probe)
    .color.match(/[\d.]+/g)
    .map(Number);
  probe.remove();
  host.getRootNode().host.style.colorScheme = 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light";
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
