// A form is sent once: a second press while the first is under way does nothing. Coming back to the page wakes the button again.
(() => {
  "use strict";
  const sent = new Set();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    // What answers with a file leaves the page where it is: it wakes by itself.
    if ("download" in form.dataset) setTimeout(wake, 3000, form);
    // After the browser has read the form, or the pressed button's own value would be left out.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button])")) {
        button.disabled = true;
        button.setAttribute("aria-busy", "true");
      }
    });
  });
  const wake = (form) => {
    sent.delete(form);
    for (const button of form.querySelectorAll("button[aria-busy]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  };
  addEventListener("pageshow", () => [...sent].forEach(wake));
})();
