"""The visual language as data: colours for light and dark, fonts, and the few page-wide styles.

`.streamlit/config.toml` holds the same colours for Streamlit's own widgets (a test compares the two).
Everything else that draws (components, charts, maps, the tracking page) takes its colours from here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

FONT: Final = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
)
MONO: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace"

# A tier is never shown by colour alone: this icon (Material Symbols) and a word stand beside it.
TIER_ICONS: Final = {
    "ok": "check",
    "yellow": "warning",
    "red": "block",
    "held": "lock",
    "unknown": "help",
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme as #RRGGBB; every text is readable (4.5:1) on the surfaces it is meant for."""

    canvas: str
    surface: str
    line: str
    ink: str
    muted: str
    accent: str
    on_accent: str
    done: str
    yellow_text: str
    yellow_fill: str
    yellow_edge: str
    red_text: str
    red_fill: str
    red_edge: str


LIGHT: Final = Tokens(
    canvas="#F6F7F9",
    surface="#FFFFFF",
    line="#E2E6EB",
    ink="#1B2430",
    muted="#566172",
    accent="#0B6A86",
    on_accent="#FFFFFF",
    done="#2B7355",
    yellow_text="#6E4B00",
    yellow_fill="#FFF3D1",
    yellow_edge="#B98300",
    red_text="#8F1A10",
    red_fill="#FCE6E3",
    red_edge="#C93A29",
)

DARK: Final = Tokens(
    canvas="#0E131A",
    surface="#161D26",
    line="#2A323D",
    ink="#E6EAF0",
    muted="#9AA7B8",
    accent="#56BAD8",
    on_accent="#0E131A",
    done="#5CC29A",
    yellow_text="#FFD877",
    yellow_fill="#3A2E0B",
    yellow_edge="#E3B341",
    red_text="#FFB3A8",
    red_fill="#401712",
    red_edge="#F0705F",
)


def tokens(theme_type: str | None) -> Tokens:
    """Return the colours of a theme by Streamlit's name for it; anything but "dark" is light."""
    return DARK if theme_type == "dark" else LIGHT


def css_variables() -> str:
    """Return all tokens as `--wp-*` declarations that follow the element's `color-scheme` by themselves."""
    dark = asdict(DARK)
    lines = [
        f"--wp-{name.replace('_', '-')}: light-dark({light}, {dark[name]});" for name, light in asdict(LIGHT).items()
    ]
    return "\n".join([*lines, f"--wp-font: {FONT};", f"--wp-mono: {MONO};"])


def css() -> str:
    """Return the page-wide styles, once per page: spacing, tabular figures, nothing of Streamlit left over.

    Hand it over as `st.html(f"<style>{theme.css()}</style>")`.
    """
    return f".stApp {{\n{css_variables()}\n}}\n{_PAGE}"


_PAGE: Final = """
.stApp { font-variant-numeric: tabular-nums; }

/* Content starts near the top and stops growing where lines get too long to scan. */
.stMainBlockContainer { padding: 24px 24px 48px; max-width: 1440px; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 16px 16px 32px; } }

/* Tables have an export of their own, which no spreadsheet takes for formulas. */
[class*="st-key-admin-table"] [data-testid="stElementToolbar"] { display: none; }

/* Leftovers: menu, deploy button, links beside headings, the running man of live fragments. */
[data-testid="stMainMenu"], [data-testid="stAppDeployButton"], [data-testid="stHeaderActionElements"],
[data-testid="stStatusWidget"] { display: none; }

/* The header floats: it holds nothing but the button that brings a closed sidebar back. */
[data-testid="stHeader"] { background: transparent; pointer-events: none; }
[data-testid="stHeader"] :is(a, button) { pointer-events: auto; }
@media (max-width: 767px) { [data-testid="stHeader"] { background: var(--wp-canvas); height: 48px; min-height: 48px; } }
.stApp:has([data-testid="stExpandSidebarButton"]) .stMainBlockContainer { padding-top: 56px; }

h1, h2, h3 { letter-spacing: -0.01em; }
:focus-visible { outline-color: var(--wp-accent); }

/* Captions are pale by themselves, paler than can be read everywhere. */
.stApp :is([data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p) {
  color: var(--wp-muted); opacity: 1; }

.stApp blockquote, .stApp blockquote p { color: var(--wp-muted); opacity: 1; }

/* In the dark the accent is bright, and Streamlit's white on it cannot be read. */
.stApp button[kind^="primary"], .stApp button[kind^="primary"] :is(p, span) { color: var(--wp-on-accent); }

/* Titles stand in one row with the controls they belong to. */
[data-testid="stHeading"] :is(h1, h2) { padding: 0 0 4px; }

/* One line that says how fresh the page is. */
.wp-live { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; min-height: 20px;
  font-size: 13px; color: var(--wp-muted); }
.wp-live i { width: 8px; height: 8px; border-radius: 50%; background: var(--wp-accent); }
.wp-live i + span { max-width: calc(100% - 20px); }
.wp-live i.quiet { background: none; border: 2px solid var(--wp-muted); }
.wp-live b { font-weight: 600; color: var(--wp-ink); }
.wp-returns { margin-top: 4px; }
.wp-returns a { color: inherit; text-decoration: none; }
.wp-returns b { font-weight: 500; }
.wp-returns a:hover b { color: var(--wp-accent); text-decoration: underline; text-underline-offset: 3px; }
.wp-sim { padding: 0 6px; border: 1px dashed var(--wp-muted); border-radius: 4px; font-size: 12px; line-height: 18px; }

/* The entry of the vocabulary stays in sight while its long list is scrolled. */
@media (min-width: 641px) {
  [data-testid="stColumn"]:has(.st-key-vocabulary-side) { align-self: stretch; }
  [data-testid="stColumn"]:has(.st-key-vocabulary-side) > [data-testid="stVerticalBlock"] {
    position: sticky; top: 24px; max-height: calc(100vh - 48px); overflow-y: auto; }
}

/* On a phone the entry of the vocabulary stands above the list it was chosen from, and the graph is its list. */
@media (max-width: 640px) {
  .st-key-vocabulary-body > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"] {
    flex-direction: column-reverse; }
  .st-key-vocabulary-graph, .st-key-vocabulary-choose { display: none; }
}

/* A template from the inside: its parts line by line, and its panels in outline. */
.wp-icon { font: 400 18px/1 "Material Symbols Rounded"; font-feature-settings: "liga"; flex: none; width: 18px;
  height: 18px; overflow: hidden; white-space: nowrap; color: var(--wp-muted); }
.wp-h3 { padding: 0; margin: 8px 0 4px; font-size: 16px; font-weight: 600; }
.stApp .wp-rows { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--wp-line); }
.stApp .wp-rows li { display: flex; gap: 12px; margin: 0; padding: 8px 0; border-bottom: 1px solid var(--wp-line); }
.wp-rows div { flex: 1; min-width: 0; }
.wp-story { margin: 0 0 8px; line-height: 1.6; }
.wp-rows small { display: block; font-size: 12px; line-height: 1.45; color: var(--wp-muted); }
.wp-owner { flex: none; max-width: 30%; font-size: 12px; line-height: 20px; color: var(--wp-muted); text-align: right; }
.wp-count { display: inline-block; min-width: 18px; margin-left: 8px; padding: 0 5px; border: 1px solid var(--wp-muted);
  border-radius: 9px; font-size: 11px; font-weight: 600; line-height: 16px; text-align: center; }
.wp-count .wp-icon { width: 11px; height: 11px; margin-right: 2px; font-size: 11px; line-height: 11px;
  display: inline-block; vertical-align: -1px; color: inherit; }
.wp-count[data-tier="yellow"] { color: var(--wp-yellow-text); background: var(--wp-yellow-fill);
  border-color: var(--wp-yellow-edge); }
.wp-count[data-tier="red"] { color: var(--wp-red-text); background: var(--wp-red-fill);
  border-color: var(--wp-red-edge); }
.wp-layout { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); grid-auto-rows: 14px; gap: 4px; }
.wp-layout > div { display: flex; flex-direction: column; gap: 2px; padding: 6px 10px; overflow: hidden;
  background: var(--wp-surface); border: 1px solid var(--wp-line); border-radius: 6px; font-size: 13px; }
.wp-layout span { display: flex; align-items: center; gap: 6px; min-width: 0; }
.wp-layout small { font-size: 12px; line-height: 1.4; color: var(--wp-muted); }
@media (max-width: 640px) {
  .wp-layout { display: flex; flex-direction: column; }
}

/* Who is signed in, at the foot of the sidebar. */
.wp-who { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 12px; font-size: 13px; }
.wp-who span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.wp-who small { grid-row: 2; color: var(--wp-muted); font-size: 12px; }
.wp-who a { grid-row: 1 / 3; grid-column: 2; align-self: center; color: var(--wp-accent); }
"""
