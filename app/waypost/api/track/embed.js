/* Waypost: the customer's page inside a shop's own page. See docs/embed.md.
   <script src="https://HOST/assets/embed.js" data-token="TOKEN" async></script>
   The page appears where the tag stands, or inside the element that data-target="#selector" names. */
(function () {
  "use strict";
  var script = document.currentScript;
  if (!script || !script.dataset.token) return;
  var address = new URL(script.src);
  var prefix = address.pathname.replace(/\/assets\/embed\.js$/, "");
  var lang = script.dataset.lang || "";
  var frame = document.createElement("iframe");
  frame.src =
    address.origin + prefix + "/t/" + encodeURIComponent(script.dataset.token) +
    (lang ? "?lang=" + encodeURIComponent(lang) : "") + "#" + encodeURIComponent(location.origin);
  frame.title = script.dataset.title || (/^zh/.test(lang || document.documentElement.lang) ? "订单进度" : "Order tracking");
  frame.referrerPolicy = "no-referrer";
  frame.loading = "lazy";
  frame.style.cssText = "display:block;width:100%;border:0;height:" + (parseInt(script.dataset.height, 10) || 560) + "px";
  function place() {
    var target = script.dataset.target && document.querySelector(script.dataset.target);
    if (target) target.appendChild(frame);
    else if (document.body && document.body.contains(script)) script.parentNode.insertBefore(frame, script.nextSibling);
    else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
    else document.body.appendChild(frame); // a script in the head has no place of its own
  }
  place();
  window.addEventListener("message", function (event) {
    if (event.origin !== address.origin || event.source !== frame.contentWindow) return;
    var said = event.data;
    if (!said || said.waypost !== "height" || typeof said.height !== "number" || !(said.height > 0)) return;
    frame.style.height = Math.min(Math.ceil(said.height), 6000) + "px";
  });
})();
