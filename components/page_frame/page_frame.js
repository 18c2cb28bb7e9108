// A frame with a page of this site. Sends nothing to Python.

class PageFrame {
  constructor(root) {
    this.root = root;
  }

  update({ path, t, device }) {
    // An address of another site would be a mistake of ours: it is not opened.
    const own = new URL(path, location.origin).origin === location.origin;
    morph(
      this.root,
      h(
        "div",
        { class: `wp stand ${device === "desk" ? "desk" : "phone"}` },
        own && h("iframe", { src: path, title: t.preview, referrerpolicy: "no-referrer" }),
      ),
    );
  }
}

export default function ({ data, parentElement }) {
  mounted(parentElement, (root) => new PageFrame(root)).update(data);
  return unmount(parentElement);
}
