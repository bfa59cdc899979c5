// A file that is too large is shown when it is chosen, and not after it was sent.
(() => {
  "use strict";
  for (const field of document.querySelectorAll("input[type=file][data-most]")) {
    field.addEventListener("change", () => {
      const most = Number(field.dataset.most);
      const tooLarge = field.files.length > 0 && field.files[0].size > most;
      field.setCustomValidity(tooLarge ? `This file is too large: at most ${Math.floor(most / 1048576)} MB.` : "");
      field.form.noValidate = !tooLarge;
      if (tooLarge) field.reportValidity();
    });
  }
})();
