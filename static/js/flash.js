// A page that says what has just been done has the focus there: it is read out, and Tab leads on from it. Where the page
// has a field to begin with, the field has it.
(() => {
  "use strict";
  if (document.querySelector("[autofocus], main form [aria-invalid]")) return;
  document.querySelector("main .flash")?.focus({ preventScroll: true });
})();
