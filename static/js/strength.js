// <div data-strength-of="ID">: says how hard the password in that field is to guess, a moment after typing pauses. The server
// judges, by the same rule as when the form is sent; whenever it does not answer, nothing is said.
(() => {
  "use strict";
  const PAUSE = 400;
  // No longer password can be kept.
  const MOST = 1025;
  for (const place of document.querySelectorAll("[data-strength-of]")) {
    const field = document.getElementById(place.dataset.strengthOf);
    const meter = place.querySelector("meter");
    const words = place.querySelector("p");
    if (!field || !meter || !words) continue;
    let pause;
    let asking;
    const say = (score, text) => {
      meter.hidden = text === "";
      // The least score is visible, too.
      meter.value = score + 1;
      if (words.textContent !== text) words.textContent = text;
    };
    // What is beside the password makes a bad one.
    const own = () => {
      const lines = ["email", "username"].map((name) => field.form?.elements.namedItem(name)?.value ?? "");
      return [place.dataset.own ?? "", ...lines].join(" ").trim();
    };
    const ask = async () => {
      const { signal } = (asking = new AbortController());
      try {
        const body = new URLSearchParams({ password: field.value.slice(0, MOST), own: own() });
        const answer = await fetch("/password-strength", { method: "POST", credentials: "same-origin", body, signal });
        const told = answer.ok ? await answer.json() : { score: 0, words: "" };
        if (!signal.aborted) say(told.score, told.words);
      } catch {
        if (!signal.aborted) say(0, "");
      }
    };
    field.addEventListener("input", () => {
      clearTimeout(pause);
      asking?.abort();
      if (field.value === "") return say(0, "");
      pause = setTimeout(ask, PAUSE);
    });
    field.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), place.id].filter(Boolean).join(" "));
  }
})();
