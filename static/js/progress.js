// <div data-goes-on> is looked at again while it goes on: what the same page says by then is in its place. While something in it
// has the focus it is left alone.
(() => {
  "use strict";
  const part = () => document.querySelector("[data-goes-on]");
  if (!part()) return;
  const look = async () => {
    const old = part();
    if (!old) return;
    if (!document.hidden && !old.contains(document.activeElement)) {
      try {
        const answer = await fetch(location.href, { credentials: "same-origin", headers: { accept: "text/html" } });
        const page = answer.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page && page.querySelector("[data-goes-on]");
        if (page && !fresh) return location.reload();
        if (fresh && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(fresh));
      } catch {
        // Without a network it is looked at again later.
      }
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 3000);
})();
