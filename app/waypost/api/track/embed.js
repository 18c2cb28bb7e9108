/* Waypost: the customer's page inside a shop's own page. See docs/embed.md.
   <script src="https://HOST/assets/embed.js" data-token="TOKEN" async></script> */
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
  script.parentNode.insertBefore(frame, script.nextSibling);
  window.addEventListener("message", function (event) {
    if (event.origin !== address.origin || event.source !== frame.contentWindow) return;
    var said = event.data;
    if (!said || said.waypost !== "height" || typeof said.height !== "number" || !(said.height > 0)) return;
    frame.style.height = Math.min(Math.ceil(said.height), 6000) + "px";
  });
})();
