// <a data-palette href="/search">: opens the page Search in place, as a dialog over this one; so do Ctrl-K (⌘K on a Mac) and, unless
// it was switched off or something is being typed, the key /. What is found is taken out of the very page. Whenever that cannot be
// done, the link leads there.
(() => {
  "use strict";
  const link = document.querySelector("a[data-palette]");
  if (!link || !window.HTMLDialogElement) return;

  // A moment's pause in typing is waited for.
  const PAUSE = 150;
  const OFF = "palette-slash=off";
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const slashIsOn = () => !document.cookie.split("; ").includes(OFF);
  const remember = (isOn) => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${isOn ? "palette-slash=on; max-age=0" : `${OFF}; max-age=31536000`}; path=/; samesite=lax${secure}`;
  };

  // The parts are made when they are first needed, and kept.
  let parts;
  const build = () => {
    const field = make("input", {
      type: "search", role: "combobox", "aria-label": "Search", "aria-expanded": "false", "aria-controls": "palette-list",
      "aria-autocomplete": "list", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: "100", enterkeyhint: "go",
    });
    const close = make("button", { type: "button", class: "button plain" }, "Close");
    const told = make("p", { class: "palette-told", role: "status" });
    const list = make("div", { id: "palette-list", role: "listbox", "aria-label": "Results", hidden: "" });
    const box = make("input", { type: "checkbox" });
    const keys = make("span", { class: "palette-keys" }, make("kbd", {}, "↑"), " ", make("kbd", {}, "↓"), " choose ", make("kbd", {}, "Enter"), " opens ", make("kbd", {}, isMac ? "⌘ K" : "Ctrl K"));
    const dialog = make(
      "dialog", { class: "palette", "aria-label": "Search" },
      make("div", { class: "palette-head" }, link.querySelector("svg").cloneNode(true), field, close),
      make("div", { class: "palette-body" }, told, list),
      make("div", { class: "palette-foot" }, make("label", { class: "palette-keys" }, box, make("span", {}, "Open with the key ", make("kbd", {}, "/"))), keys),
    );
    document.body.append(dialog);
    return { dialog, field, close, told, list, box };
  };

  // The text that the list answers; none while it is out of date.
  let answered = null;
  let asking;
  let pause;

  const options = () => [...parts.list.querySelectorAll("[role=option]")];
  const chosen = () => parts.list.querySelector("[aria-selected=true]");
  const choose = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) parts.field.setAttribute("aria-activedescendant", option.id);
    else parts.field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };

  const say = (text) => {
    if (parts.told.textContent !== text) parts.told.textContent = text;
  };

  // A group of the page as a group of the list: each row with its picture, its name and what is said of it.
  const drawn = (group, nth) => {
    const title = make("p", { class: "palette-title", role: "presentation", id: `palette-group-${nth}` }, group.querySelector("h2").textContent);
    const hits = [...group.querySelectorAll("li")].map((row, place) => {
      const to = row.querySelector("a");
      const note = row.querySelector(".row-note");
      const words = make("span", {}, make("b", {}, to.textContent), ...(note ? [make("small", {}, note.textContent)] : []));
      const face = row.querySelector(".picture, .disc");
      return make("a", { class: "palette-hit", role: "option", id: `palette-hit-${nth}-${place}`, href: to.getAttribute("href"), tabindex: "-1", "aria-selected": "false" }, ...(face ? [face] : []), words);
    });
    const more = group.querySelector("[data-more]");
    return [
      make("div", { role: "group", "aria-labelledby": title.id }, title, ...hits),
      ...(more ? [make("p", { class: "palette-more", role: "presentation" }, more.textContent.trim())] : []),
    ];
  };

  const show = (results, text) => {
    const groups = [...results.querySelectorAll("[data-group]")].flatMap(drawn);
    parts.list.replaceChildren(...groups.map((node) => document.adoptNode(node)));
    parts.list.hidden = !groups.length;
    parts.field.setAttribute("aria-expanded", String(groups.length > 0));
    answered = text;
    choose(options()[0]);
    parts.list.parentElement.scrollTop = 0;
    say(results.querySelector("[data-told]").textContent);
  };

  const fail = (text) => {
    parts.list.replaceChildren();
    parts.list.hidden = true;
    parts.field.setAttribute("aria-expanded", "false");
    choose(null);
    say(text);
  };

  const address = (text) => (text ? `${link.href}?q=${encodeURIComponent(text)}` : link.href);

  const ask = async (text) => {
    const { signal } = (asking = new AbortController());
    parts.list.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address(text), { credentials: "same-origin", headers: { accept: "text/html" }, signal });
      if (signal.aborted) return;
      // Signed out: the page itself leads to signing in, and back.
      if (answer.redirected) return location.assign(address(text));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const results = page.querySelector("[data-results]");
      if (signal.aborted) return;
      if (answer.ok && results) show(results, text);
      else fail("Search does not work right now. Try again in a moment.");
    } catch {
      if (!signal.aborted) fail("Roster does not answer. Check your connection, then type again.");
    } finally {
      if (!signal.aborted) parts.list.removeAttribute("aria-busy");
    }
  };

  const typed = () => {
    clearTimeout(pause);
    // What is on its way answers something else.
    asking?.abort();
    answered = null;
    pause = setTimeout(() => ask(parts.field.value.trim()), PAUSE);
  };

  const enter = () => {
    const option = chosen();
    if (option && answered === parts.field.value.trim()) return option.click();
    location.assign(address(parts.field.value.trim()));
  };

  const struck = (event) => {
    if (event.isComposing) return;
    const all = options();
    const place = all.indexOf(chosen());
    if (event.key === "ArrowDown") choose(all[(place + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all.at(place < 1 ? -1 : place - 1));
    else if (event.key === "Enter") enter();
    // By itself it would first empty the field.
    else if (event.key === "Escape") parts.dialog.close();
    else return;
    event.preventDefault();
  };

  const first = () => {
    parts = build();
    parts.field.addEventListener("input", typed);
    parts.field.addEventListener("keydown", struck);
    parts.close.addEventListener("click", () => parts.dialog.close());
    parts.box.addEventListener("change", () => remember(parts.box.checked));
    parts.dialog.addEventListener("click", (event) => {
      if (event.target === parts.dialog || event.target.closest("[role=option]")) parts.dialog.close();
    });
    parts.dialog.addEventListener("close", () => {
      clearTimeout(pause);
      asking?.abort();
      document.documentElement.classList.remove("dialog-open");
    });
  };

  const open = () => {
    if (document.querySelector("dialog[open]")) return;
    if (!parts) first();
    parts.box.checked = slashIsOn();
    parts.dialog.showModal();
    document.documentElement.classList.add("dialog-open");
    parts.field.focus();
    parts.field.select();
    answered = null;
    ask(parts.field.value.trim());
  };

  const isTyping = (element) => element.isContentEditable || element.closest?.("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing || event.altKey) return;
    const command = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    const byCommand = command && !event.shiftKey && event.key.toLowerCase() === "k";
    const bySlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !isTyping(event.target) && slashIsOn();
    if (!byCommand && !bySlash) return;
    event.preventDefault();
    open();
  });
  link.addEventListener("click", (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  link.title = `Search (${isMac ? "⌘K" : "Ctrl+K"})`;
  link.setAttribute("aria-keyshortcuts", isMac ? "Meta+K" : "Control+K");
  link.setAttribute("aria-haspopup", "dialog");
})();
