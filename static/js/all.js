// <label data-all="NAME" hidden> around a box: ticks all boxes of that name, or none; shown only where there are several.
(() => {
  "use strict";
  for (const label of document.querySelectorAll("label[data-all]")) {
    const all = label.querySelector("input");
    const each = [...document.querySelectorAll(`input[type=checkbox][name="${label.dataset.all}"]`)];
    const show = () => {
      const ticked = each.filter((one) => one.checked).length;
      all.checked = ticked === each.length;
      all.indeterminate = ticked > 0 && ticked < each.length;
    };
    all.addEventListener("change", () => {
      for (const one of each) one.checked = all.checked;
    });
    for (const one of each) one.addEventListener("change", show);
    label.hidden = each.length < 2;
    show();
  }
})();
