// The menu at the top right is a plain <details data-menu>; this closes it on Escape, on a press elsewhere and when focus leaves.
(() => {
  "use strict";
  const shut = (keep) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!keep || !menu.contains(keep)) menu.open = false;
  };
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("pointerdown", (event) => shut(event.target));
  document.addEventListener("focusin", (event) => shut(event.target));
})();
