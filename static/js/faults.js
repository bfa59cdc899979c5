// A page that comes back with errors has the focus on the first line that is wrong: what is wrong with it is read out with it.
(() => {
  "use strict";
  document.querySelector("main form [aria-invalid]")?.focus();
})();
