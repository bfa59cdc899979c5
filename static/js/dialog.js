// <a data-dialog href>: the page at href holds a <section data-confirm>; it is shown in place as a dialog. <form data-dialog>: what it
// posts is either done, and the page is loaded again with the word about it, or answered by such a section. Whenever that cannot be
// done (no answer, another page in its stead, an old browser), the link simply leads there, and the form is sent.
(() => {
  "use strict";
  const asked = (href, what) => fetch(href, { credentials: "same-origin", headers: { accept: "text/html" }, ...what });

  const sectionOf = async (answer) => {
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const section = page.querySelector("section[data-confirm]");
    return section && document.adoptNode(section);
  };

  const open = (section, href, opener) => {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    // An empty action means "this very page", which would now be another one.
    for (const form of section.querySelectorAll("form")) form.setAttribute("action", new URL(form.getAttribute("action") || href, href).href);
    const title = section.getAttribute("aria-labelledby");
    if (title) dialog.setAttribute("aria-labelledby", title);
    dialog.append(section);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      document.documentElement.classList.remove("dialog-open");
      dialog.remove();
      opener.focus();
    });
    dialog.addEventListener("click", (event) => {
      const outside = event.target === dialog;
      if (!outside && !event.target.closest("[data-cancel]")) return;
      event.preventDefault();
      dialog.close();
    });
    dialog.showModal();
    document.documentElement.classList.add("dialog-open");
    section.dispatchEvent(new CustomEvent("roster:shown", { bubbles: true }));
    // The safe answer first: what is sensitive is never one stray Enter away.
    (section.querySelector("[autofocus], input:not([type=hidden]), select, textarea") || section.querySelector("[data-cancel]"))?.focus();
  };

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (!window.HTMLDialogElement) return;
    event.preventDefault();
    if (link.hasAttribute("aria-busy")) return;
    link.setAttribute("aria-busy", "true");
    try {
      const section = await sectionOf(await asked(link.href));
      if (section) open(section, link.href, link);
      else location.assign(link.href);
    } catch {
      location.assign(link.href);
    } finally {
      link.removeAttribute("aria-busy");
    }
  });

  // Before anybody else hears of it: it is not sent yet.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-dialog]");
    const button = event.submitter;
    if (!form || !button || !window.HTMLDialogElement) return;
    event.preventDefault();
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await asked(form.action, { method: "post", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
      if (answer.type === "opaqueredirect") return location.reload();
      const section = await sectionOf(answer);
      if (section) open(section, form.action, button);
      else form.submit();
    } catch {
      form.submit();
    } finally {
      button.removeAttribute("aria-busy");
    }
  }, true);
})();
