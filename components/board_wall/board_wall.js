// The bar of the wall view. It gives the page `--wall-zoom` and `data-wall-page`; the styles of the page do the rest.

const BAR = 64; // pixels of the bar and the space below it, before zooming
const NARROWEST = 1200; // pixels that the columns need, before zooming

class BoardWall {
  constructor(root, signal) {
    this.root = root;
    this.page = 0;
    this.app = document.querySelector(".stApp");
    root.addEventListener("click", (event) => this.click(event));
    const listen = (target, name, act) => target.addEventListener(name, act, { signal });
    listen(document, "keydown", (event) => this.key(event));
    listen(window, "resize", () => this.scale());
    listen(document, "visibilitychange", () => this.stayAwake());
    const clock = setInterval(() => this.tick(), 1000);
    signal.addEventListener("abort", () => {
      clearInterval(clock);
      this.app?.removeAttribute("data-wall-page");
      this.app?.style.removeProperty("--wall-zoom");
      this.lock?.release();
    });
    this.stayAwake();
  }

  update(data) {
    this.data = data;
    this.page = Math.min(this.page, data.pages - 1);
    this.scale();
    this.show();
  }

  click(event) {
    const what = event.target.closest("[data-do]")?.dataset.do;
    if (what === "full") this.full();
    if (what === "hold") this.held = !this.held;
    if (what === "page") this.turn(Number(event.target.closest("[data-page]").dataset.page));
    this.draw();
  }

  key(event) {
    if (event.key === "Escape" && !document.fullscreenElement) follow(this.data.leave);
    if (event.key === "ArrowRight") this.turn(this.page + 1);
    if (event.key === "ArrowLeft") this.turn(this.page - 1);
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  }

  /** A screen that goes to sleep is no wall. Browsers without this, or on plain http, go their own way. */
  async stayAwake() {
    if (document.visibilityState !== "visible") return;
    try {
      this.lock = await navigator.wakeLock?.request("screen");
    } catch {
      this.lock = null;
    }
  }

  /** As large as the highest page allows; every page has the same size of type. */
  scale() {
    const { rows, step } = this.data;
    const high = innerHeight / (rows * step + BAR);
    const zoom = Math.max(0.6, Math.min(high, innerWidth / NARROWEST, 3));
    this.app?.style.setProperty("--wall-zoom", zoom.toFixed(3));
  }

  tick() {
    if (!this.data) return;
    this.left = (this.left ?? this.data.seconds) - 1;
    if (this.left <= 0) {
      this.left = this.data.seconds;
      if (this.data.pages > 1 && !this.held) this.turn(this.page + 1);
    }
    this.draw();
  }

  turn(page) {
    this.page = (page + this.data.pages) % this.data.pages;
    this.left = this.data.seconds;
    this.show();
  }

  show() {
    this.app?.setAttribute("data-wall-page", this.page);
    this.draw();
  }

  draw() {
    const { title, facts, t, pages, leave } = this.data;
    morph(
      this.root,
      h(
        "header",
        { class: "wp wall", "aria-label": t.label },
        h("h1", { class: "cut" }, title),
        h("span", { class: "facts muted cut" }, facts),
        pages > 1 && this.dots(),
        h("time", { class: "clock" }, this.now()),
        h(
          "span",
          { class: "tools" },
          h("button", { type: "button", "data-do": "full", "aria-label": t.full, "data-tip": t.full }, icon("fullscreen")),
          h("a", { href: leave, "aria-label": t.leave, "data-tip": t.leave }, icon("close")),
        ),
      ),
    );
  }

  dots() {
    const { t, pages } = this.data;
    const words = this.held ? t.turn : t.hold;
    return h(
      "span",
      { class: "dots" },
      Array.from({ length: pages }, (_, i) =>
        h("button", {
          type: "button",
          class: "dot",
          "data-do": "page",
          "data-page": i,
          "aria-label": fill(t.page, { n: i + 1, all: pages }),
          "aria-current": i === this.page ? "page" : null,
        }),
      ),
      h(
        "button",
        { type: "button", class: "hold", "data-do": "hold", "aria-label": words, "data-tip": words },
        icon(this.held ? "play_arrow" : "pause"),
      ),
    );
  }

  now() {
    const { lang, zone } = this.data;
    const form = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false };
    return new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { ...form, timeZone: zone }).format(new Date());
  }
}

export default function ({ data, parentElement }) {
  mounted(parentElement, (root, signal) => new BoardWall(root, signal)).update(data);
  return unmount(parentElement);
}
