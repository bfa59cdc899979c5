// <a data-switch href="/organizations">: unfolds the list that is on that page under the link, those used last first. Whenever
// that cannot be done, the link leads there.
(() => {
  "use strict";
  const link = document.querySelector("a[data-switch]");
  if (!link || location.pathname === new URL(link.href).pathname) return;
  let panel = null;
  link.setAttribute("aria-expanded", "false");

  const shut = () => {
    panel?.remove();
    panel = null;
    link.setAttribute("aria-expanded", "false");
    link.removeAttribute("aria-controls");
  };

  const unfold = (list) => {
    const [, here] = location.pathname.split("/");
    for (const to of list.querySelectorAll("a")) if (to.getAttribute("href") === `/${here}`) to.setAttribute("aria-current", "true");
    const all = document.createElement("a");
    all.className = "switch-foot";
    all.href = link.href;
    all.textContent = "All organizations";
    panel = document.createElement("div");
    panel.className = "switch-panel";
    panel.id = "switch-panel";
    panel.append(list, all);
    link.after(panel);
    link.setAttribute("aria-expanded", "true");
    link.setAttribute("aria-controls", panel.id);
    panel.querySelector("a").focus();
  };

  const fetchList = async () => {
    const answer = await fetch(link.href, { credentials: "same-origin", headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const list = page.querySelector("[data-switch-list]");
    return list && document.adoptNode(list);
  };

  link.addEventListener("click", async (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (panel) return shut();
    if (link.hasAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    try {
      const list = await fetchList();
      if (list) unfold(list);
      else location.assign(link.href);
    } catch {
      location.assign(link.href);
    } finally {
      link.removeAttribute("aria-busy");
    }
  });

  document.addEventListener("keydown", (event) => {
    if (!panel) return;
    if (event.key === "Escape") {
      shut();
      link.focus();
      return;
    }
    const all = [...panel.querySelectorAll("a")];
    const place = all.indexOf(document.activeElement);
    const to = { ArrowDown: place + 1, ArrowUp: place < 0 ? -1 : place - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || (place < 0 && document.activeElement !== link)) return;
    event.preventDefault();
    (all.at(to) ?? all[0]).focus();
  });
  const isOutside = (target) => panel && !panel.contains(target) && !link.contains(target);
  document.addEventListener("pointerdown", (event) => isOutside(event.target) && shut());
  document.addEventListener("focusin", (event) => isOutside(event.target) && shut());
  // Coming back to the page finds it as it was before.
  addEventListener("pagehide", shut);
})();
