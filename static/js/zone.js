// <button data-zone-for="ID" hidden>: fills the browser's own time zone into the field of that id. Shown only where the browser
// knows one, and another than is there.
(() => {
  "use strict";
  const buttons = document.querySelectorAll("button[data-zone-for]");
  // Asked for where it is needed alone: the browser first reads all zones of the world.
  const own = buttons.length ? Intl.DateTimeFormat?.().resolvedOptions().timeZone : null;
  for (const button of buttons) {
    const field = document.getElementById(button.dataset.zoneFor);
    if (!field || !own) continue;
    const show = () => {
      button.hidden = field.value === own;
    };
    field.addEventListener("input", show);
    // The names to choose from are those that go on from what is there: so typing replaces it.
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", () => {
      field.value = own;
      field.focus();
      show();
    });
    show();
  }
})();
