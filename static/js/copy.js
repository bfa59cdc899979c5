// <button data-copy="…" hidden>: shown only where it can work; copies its value and says so to eyes and ears.
(() => {
  "use strict";
  const wake = (root) => {
    for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
  };
  const say = (button, text) => {
    const label = button.querySelector("[data-copy-label]") || button;
    label.dataset.was ??= label.textContent;
    label.textContent = text;
    let voice = button.nextElementSibling;
    if (!voice?.matches("[data-copy-voice]")) {
      voice = document.createElement("span");
      voice.className = "unseen";
      voice.dataset.copyVoice = "";
      voice.setAttribute("aria-live", "polite");
      button.after(voice);
    }
    // A live region speaks when it changes after it is there.
    setTimeout(() => (voice.textContent = text), 50);
    clearTimeout(button.copyTimer);
    button.copyTimer = setTimeout(() => {
      label.textContent = label.dataset.was;
      voice.textContent = "";
    }, 2500);
  };
  // Without https there is no clipboard: select the text and let the browser copy it the old way.
  const byHand = (button) => {
    const text = document.createElement("textarea");
    text.value = button.dataset.copy;
    text.className = "unseen";
    button.after(text);
    text.select();
    const done = document.execCommand("copy");
    text.remove();
    button.focus();
    return done;
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    let done = false;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      done = true;
    } catch {
      done = byHand(button);
    }
    say(button, done ? "Copied" : "Press Ctrl+C");
  });
  document.addEventListener("roster:shown", (event) => wake(event.target));
  wake(document);
})();
