// Shared by all components: put in front of each component's own script when it is registered.
// Data reaches the page only as text nodes and as attributes with names fixed here, never as markup.

const SVG_TAGS = new Set(["svg", "g", "path", "polyline", "line", "circle", "rect"]);

/** Make an element; null, false and "" are left out of attributes and children. */
function h(tag, attrs, ...children) {
  const node = SVG_TAGS.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false || value === "") continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  const kept = children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== "");
  node.append(...kept.map((c) => (c instanceof Node ? c : String(c))));
  return node;
}

/** Change `old` into `fresh`, keeping the nodes that stay: focus, hover and running animations survive a rerun. */
function morph(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  morphChildren(old, [...fresh.childNodes]);
}

function morphChildren(parent, wanted) {
  const keyOf = (node) => node.dataset?.key;
  const wantedKeys = new Set(wanted.map(keyOf).filter(Boolean));
  const byKey = new Map([...parent.childNodes].filter(keyOf).map((node) => [keyOf(node), node]));
  let here = parent.firstChild;
  for (const want of wanted) {
    while (here && keyOf(here) && !wantedKeys.has(keyOf(here))) {
      const gone = here;
      here = here.nextSibling;
      gone.remove();
    }
    const key = keyOf(want);
    const match = key ? byKey.get(key) : here && !keyOf(here) ? here : null;
    if (!match || match.nodeName !== want.nodeName) {
      parent.insertBefore(want, here);
      continue;
    }
    if (match === here) here = here.nextSibling;
    else parent.insertBefore(match, here);
    morph(match, want);
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    gone.remove();
  }
}

const INSTANCES = new WeakMap();

/**
 * Return the one object behind this mount; `create(root, signal)` makes it, the signal ends with the mount.
 * Streamlit calls the entry again on every rerun and theme change.
 */
function mounted(parentElement, create) {
  const root = parentElement.querySelector(".wp");
  let found = INSTANCES.get(parentElement);
  if (found?.root !== root) {
    found?.life.abort();
    const life = new AbortController();
    found = { root, life, view: create(root, life.signal) };
    INSTANCES.set(parentElement, found);
    addLinks(root);
    addTooltip(root, life.signal);
    addCopy(root);
  }
  followTheme(root);
  return found.view;
}

/** What an entry returns. Streamlit also calls it when a newer rerun overtakes, so look whether we are really gone. */
function unmount(parentElement) {
  return () =>
    setTimeout(() => {
      const found = INSTANCES.get(parentElement);
      if (found && !found.root.isConnected) found.life.abort();
    });
}

/** Say light or dark to CSS `light-dark()`. Dialogs stand outside Streamlit's own colour scheme, so ask the colour. */
function followTheme(root) {
  const probe = document.createElement("i");
  probe.style.color = "var(--st-background-color, #fff)";
  root.append(probe);
  const [r, g, b] = getComputedStyle(probe)
    .color.match(/[\d.]+/g)
    .map(Number);
  probe.remove();
  root.getRootNode().host.style.colorScheme = 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light";
}

/** Put values into a text of the caller: fill("{n} new", {n: 3}). */
function fill(text, values) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function number(value, lang) {
  return new Intl.NumberFormat(lang).format(value);
}

/** A long count in little room: 12K, 1.2M, 120万. */
function shortNumber(value, lang, from = 100000) {
  if (value < from) return number(value, lang);
  return new Intl.NumberFormat(lang, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** A Material Symbol; Streamlit has loaded the font. Takes "warning" and ":material/warning:". */
function icon(name, attrs) {
  return h("span", { class: "icon", "aria-hidden": "true", ...attrs }, (name ?? "").replace(/^:material\/|:$/g, ""));
}

/** A tier as icon (or the one named) and word. Nothing for "ok" without a word: calm is the normal state. */
function tierChip(tier, word, name) {
  if (!word) return null;
  return h("span", { class: "chip", "data-tier": tier }, icon(name ?? TIER_ICONS[tier]), h("span", {}, word));
}

/** What opens something: a link where there is an address, so that a new tab can be had; else a button. */
function opener(href, attrs, ...children) {
  return href ? h("a", { ...attrs, href }, children) : h("button", { ...attrs, type: "button" }, children);
}

/** Whether a click on a link is meant for this tab, and nobody has taken it yet. */
function plainClick(event) {
  return !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

/**
 * Go to another page of this console without loading it anew, by the browser's own history. Python could do it
 * too, but a page that keeps running by itself may then run once more in between and leave the new page empty.
 */
function follow(href) {
  history.pushState(null, "", href);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** Every link of a component leads to a page of this console. */
function addLinks(root) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !plainClick(event)) return;
    event.preventDefault();
    follow(link.getAttribute("href"));
  });
}

/** Copy the text of [data-copy] on click and show a tick for a moment, if it really was copied. */
function addCopy(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button || !(await copied(button.getAttribute("data-copy")))) return;
    button.setAttribute("data-copied", "");
    setTimeout(() => button.removeAttribute("data-copied"), 1200);
  });
}

/** Browsers have a clipboard only behind TLS and on localhost; a plain http address goes the old way. */
async function copied(text) {
  if (navigator.clipboard)
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  const area = h("textarea", { readonly: true, style: "position: fixed; opacity: 0" }, text);
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** Show the lines of [data-tip] beside the pointer's target or the focused element; Escape hides them. */
function addTooltip(root, signal) {
  const tip = h("div", { class: "tip", popover: "manual", "aria-hidden": "true" });
  root.after(tip);
  const hide = () => tip.matches(":popover-open") && tip.hidePopover();
  const show = (event) => {
    const target = event.target.closest?.("[data-tip]");
    if (!target || event.pointerType === "touch") return hide();
    tip.textContent = target.getAttribute("data-tip");
    if (!tip.matches(":popover-open")) tip.showPopover();
    const box = target.getBoundingClientRect();
    const left = box.left + (box.width - tip.offsetWidth) / 2;
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = `${Math.max(8, Math.min(left, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${above > 8 ? above : box.bottom + 8}px`;
  };
  root.addEventListener("pointerover", show);
  root.addEventListener("pointerleave", hide);
  root.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && show(event));
  root.addEventListener("focusout", hide);
  root.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  root.addEventListener("pointerdown", hide);
  window.addEventListener("scroll", hide, { passive: true, capture: true, signal });
}

/** Move the focus among `stops` with the arrow keys, Home and End; true if the key was one of them. */
function moveFocus(event, stops) {
  const at = stops.indexOf(event.target.closest("a, button"));
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const to = event.key === "Home" ? 0 : event.key === "End" ? stops.length - 1 : at + step;
  if (at < 0 || !stops[to]) return false;
  event.preventDefault();
  stops[to].focus();
  return true;
}
