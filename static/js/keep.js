// <button data-download="name" data-text="…" hidden> saves its text as a file, <button data-print hidden> prints the page: shown only where they can work.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("button:is([data-download], [data-print])")) button.hidden = false;
  const save = (button) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([button.dataset.text], { type: "text/plain" }));
    link.download = button.dataset.download;
    link.click();
    // The browser has the text once it has begun; a moment later nothing else needs it.
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button:is([data-download], [data-print])");
    if (!button) return;
    if (button.hasAttribute("data-print")) print();
    else save(button);
  });
})();
