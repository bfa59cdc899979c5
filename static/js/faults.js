// A page that comes back with faults has the focus on the first line that is wrong: what is wrong with it is read out with it.
(() => {
  "use strict";
  document.querySelector("main form [aria-invalid]")?.focus();
})();
